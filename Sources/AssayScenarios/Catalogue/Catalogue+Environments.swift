import Assay
import AssayEnvironments

extension Catalogue {
  /// The worlds of the package, group by group.
  public static let standardEnvironments: [EnvironmentEntry] =
    EnvironmentGroup.allCases.flatMap { group in
      let entries =
        switch group {
        case .standard: standardWorlds
        case .textbook: textbookWorlds
        case .partiallyObservable: partiallyObservableWorlds
        case .games: games
        case .goals: goalWorlds
        case .pressure: pressureWorlds
        }
      return entries.map { $0.joining(group) }
    }
}

extension Variable {
  /// A variable whose words are the cases of a type.
  init<Choice: CaseIterable & RawRepresentable<String>>(
    _ name: String, _ summary: String, standard: Choice, isChangeable: Bool = true
  ) {
    self.init(
      name, summary, .choice(Choice.allCases.map(\.rawValue)), standard: .word(standard.rawValue),
      isChangeable: isChangeable)
  }

  /// The case that is chosen in settings.
  func choice<Choice: RawRepresentable<String>>(in settings: Settings) -> Choice {
    guard let choice = value(in: settings).word.flatMap(Choice.init) else {
      preconditionFailure("\(name) must be \(allowed), but is \(value(in: settings))")
    }
    return choice
  }

  /// The number that is set.
  func number(in settings: Settings) -> Double {
    guard let number = value(in: settings).number else {
      preconditionFailure("\(name) must be \(allowed), but is \(value(in: settings))")
    }
    return number
  }
}
