import ArgumentParser

/// The command.
@main
struct AssayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assay",
    abstract: "Tells which part of a reinforcement-learning agent is wrong.",
    discussion: """
      An agent is a world model, a critic, an actor and a planner. Assay compares each with the exact truth of a finite
      world and says which one is not what it claims to be.

      EXAMPLE
        assay audit frozen-lake-8x8 --agent dyna --report audit.html
      """,
    version: "0.1.0",
    subcommands: [AuditCommand.self, SolveCommand.self, ListCommand.self, MatrixCommand.self])
}
