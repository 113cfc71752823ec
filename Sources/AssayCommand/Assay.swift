import ArgumentParser
import AssayScenarios

/// The command.
@main
struct AssayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assay",
    abstract: "Tells which part of a reinforcement-learning agent is wrong.",
    discussion: """
      An agent is a world model, a critic, an actor and a planner. Assay compares each with the exact truth of a \
      finite world and says which one is not what it claims to be.

      EXAMPLE
        assay audit frozen-lake-8x8 --agent dyna --report audit.html
      """,
    version: "0.1.0",
    subcommands: [
      AuditCommand.self, TestCommand.self, ScenarioCommand.self, SolveCommand.self, ListCommand.self,
      MatrixCommand.self, TrainCommand.self, ResumeCommand.self, EvaluateCommand.self, AnatomyCommand.self,
      CompareCommand.self, ProbeCommand.self, PlanCommand.self, PlayCommand.self, AIXICommand.self,
      RenderCommand.self,
      CheckEnvironmentCommand.self,
    ])

  /// Runs what the arguments ask for; a mistyped subcommand gets the nearest one, which the parser does only
  /// for flags.
  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let known = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    // After `help` it is a subcommand once more.
    let name = arguments.first == "help" ? arguments.dropFirst().first : arguments.first
    if let name, !name.hasPrefix("-"), !known.contains(name) {
      exit(withError: end(UnknownName(kind: "command", name: name, known: known)))
    }
    await main(arguments)
  }
}
