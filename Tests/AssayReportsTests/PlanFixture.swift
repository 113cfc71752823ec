import Assay
import AssayReports
import AssayScenarios
import Testing

@testable import AssayPlanning

/// Plans that the tests render: of every kind of planner and world, small, and what can happen to them.
enum PlanFixture {
  static func plan(_ world: String, _ change: (inout PlanOrder) -> Void = { _ in }) throws -> PlanReport {
    func open(_ world: some Environment, _ order: PlanOrder) throws -> PlanReport {
      var world = world
      var random = RandomStream(seed: 0)
      _ = world.reset(using: &random)
      return try order.plan(in: world)
    }
    var order = PlanOrder()
    order.keepsTrace = true
    order.simulations = 60
    order.candidates = 20
    order.iterations = 3
    change(&order)
    return try open(Catalogue.standard.environment(named: world).make([:]), order)
  }

  /// Every kind of plan that a renderer must survive, by name.
  static func all() throws -> [(name: String, report: PlanReport)] { try made.get() }

  private static let made = Result { try make() }

  private static func make() throws -> [(name: String, report: PlanReport)] {
    let lake = try plan("frozen-lake-4x4") { $0.planner = .gumbel }
    let pendulum = try plan("pendulum") { $0.depth = 6 }
    var (guided, shooting) = (lake, pendulum)
    (guided.parts, shooting.parts) = (parts, parts)
    return [
      ("a game", try plan("connect-four")), ("a lake", lake),
      ("a lake by exact planning", try plan("frozen-lake-4x4") { $0.planner = .exact }),
      ("a game by exact planning", try plan("tic-tac-toe") { $0.planner = .exact }),
      ("sequences", pendulum),
      ("random sequences", try plan("pendulum") { ($0.planner, $0.depth) = (.randomShooting, 1) }),
      ("a hidden state", try plan("tiger")),
      ("by hand", report(of: chain)), ("a game by hand", report(of: game)),
      ("nothing looked at", report(of: SearchTrace(nodes: [node(visits: 1, value: 0, mean: 0)]))),
      ("with parts of a run", guided), ("sequences with parts of a run", shooting),
      ("hostile names", hostile(lake)), ("hostile sequences", hostile(shooting)),
      ("long names", renamed(lake) { $0 + String(repeating: "-and-so-on", count: 30) }),
      ("wide names", renamed(lake) { $0 + String(repeating: "湖面の氷🧊", count: 20) }),
      (
        "empty",
        PlanReport(
          environment: "", planner: "", state: [], seed: 0, action: "", value: nil, effort: "", choices: [])
      ),
      ("no numbers", torn(lake)),
    ]
  }

  /// Of a run that was never trained.
  static let parts = PlanReport.Parts(
    run: "runs/p", agent: "mbpo", seed: 4, step: 5000,
    model: .init(source: "run", words: "the run's ensemble; rewards are its own predictions"),
    critic: .init(source: "run", words: "the run's twin networks, Q(s, a) of the actor's policy"),
    actor: .init(source: "none", words: "nobody"), rewards: "run", discount: 0.99, countsEntropy: true)

  static func hostile(_ report: PlanReport) -> PlanReport { renamed(report) { _ in Fixture.attack } }

  /// Changes every text of a plan that a file or a world can choose.
  static func renamed(_ report: PlanReport, _ name: (String) -> String) -> PlanReport {
    var report = report
    report.environment = name(report.environment)
    report.planner = name(report.planner)
    report.effort = name(report.effort)
    report.action = name(report.action)
    report.state = report.state.map(name)
    report.actionNames = report.actionNames.map(name)
    for index in report.choices.indices { report.choices[index].name = name(report.choices[index].name) }
    if let parts = report.parts {
      report.parts = PlanReport.Parts(
        run: name(parts.run), agent: name(parts.agent), seed: parts.seed, step: parts.step,
        model: .init(source: name("run"), words: name(parts.model.words)),
        critic: .init(source: name("run"), words: name(parts.critic.words)),
        actor: .init(source: name("run"), words: name(parts.actor.words)), rewards: name(parts.rewards),
        discount: parts.discount, countsEntropy: parts.countsEntropy)
    }
    report.belief = [.init(state: name("state"), probability: 1)]
    if var search = report.search {
      search.sources = SearchSources(
        dynamics: name(search.sources.dynamics), values: name(search.sources.values),
        priors: name(search.sources.priors))
      for index in search.nodes.indices { search.nodes[index].label = name(search.nodes[index].label) }
      report.search = search
    }
    return report
  }

  /// A plan whose numbers are none.
  private static func torn(_ report: PlanReport) -> PlanReport {
    var report = report
    report.value = .nan
    report.bounds = [-.infinity, .infinity]
    for index in report.choices.indices {
      report.choices[index].value = .nan
      report.choices[index].probability = .nan
      report.choices[index].bounds = [.nan, .infinity]
    }
    for index in report.search?.nodes.indices ?? 0..<0 {
      report.search?.nodes[index].meanReturn = .nan
      report.search?.nodes[index].value = index.isMultiple(of: 2) ? .nan : .infinity
    }
    return report
  }

  // MARK: Trees by hand

  private static func node(
    parent: Int? = nil, action: Int? = nil, depth: Int = 0, visits: Int, value: Double, mean: Double,
    reward: Double = 0, discount: Double = 1, edges: [SearchTrace.Edge] = []
  ) -> SearchTrace.Node {
    SearchTrace.Node(
      parent: parent, action: action, outcome: 0, depth: depth, label: "s\(depth)", visits: visits,
      value: value,
      meanReturn: mean, reward: reward, discount: discount, edges: edges)
  }

  private static func edge(_ action: Int, visits: Int, value: Double?, children: [Int]) -> SearchTrace.Edge {
    SearchTrace.Edge(action: action, prior: 0.5, visits: visits, value: value, children: children)
  }

  /// Five visits of the root at γ = ½: its own, one of node 1, two that end in node 2, one of node 3. They return 2,
  /// 1 + ½·4, 1 + ½·10 twice and −2 + ½·6: 3.6 on average.
  static let chain = SearchTrace(nodes: [
    node(
      visits: 5, value: 2, mean: 3.6,
      edges: [edge(0, visits: 3, value: 5, children: [1]), edge(1, visits: 1, value: 1, children: [3])]),
    node(
      parent: 0, action: 0, depth: 1, visits: 3, value: 4, mean: 8, reward: 1, discount: 0.5,
      edges: [edge(1, visits: 2, value: 10, children: [2])]),
    node(parent: 1, action: 1, depth: 2, visits: 2, value: 0, mean: 0, reward: 10, discount: 0),
    node(parent: 0, action: 1, depth: 1, visits: 1, value: 6, mean: 6, reward: -2, discount: 0.5),
  ])

  /// Three visits of the root: its own, of worth ½; a move after which the other player, it seems, has 0.2; and that
  /// player's winning answer. They return ½, −0.2 and −1.
  static let game = SearchTrace(nodes: [
    node(visits: 3, value: 0.5, mean: -0.7 / 3, edges: [edge(0, visits: 2, value: -0.6, children: [1])]),
    node(
      parent: 0, action: 0, depth: 1, visits: 2, value: 0.2, mean: 0.6, discount: -1,
      edges: [edge(1, visits: 1, value: 1, children: [2])]),
    node(parent: 1, action: 1, depth: 2, visits: 1, value: 0, mean: 0, reward: 1, discount: 0),
  ])

  static func report(of search: SearchTrace) -> PlanReport {
    PlanReport(
      environment: "by-hand", planner: "uct", state: ["here"], seed: 7, action: "left",
      value: search.nodes[0].meanReturn, effort: "4 simulations",
      choices: [.init(name: "left", action: 0, value: 5, visits: 3, probability: 1)], search: search,
      actionNames: ["left", "right"])
  }
}

extension SearchTrace {
  fileprivate init(nodes: [Node]) {
    self.init(
      policy: "uct", sources: SearchSources(dynamics: "a hand", values: "a guess", priors: ""),
      simulations: nodes[0].visits - 1, end: .simulations,
      result: SearchResult(
        action: 0, value: nodes[0].meanReturn, visits: [1, 0], values: [5, nil], policy: [1, 0],
        simulations: nodes[0].visits - 1), nodes: nodes)
  }
}
