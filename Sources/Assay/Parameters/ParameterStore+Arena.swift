extension ParameterStore {
  /// All numbers of all blocks, one block after the other, for programs that read many at once.
  package func withArena<Result>(_ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
    arena.withUnsafeBufferPointer(body)
  }
}
