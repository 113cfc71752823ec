import Assay
import AssayEnvironments
import AssayTesting
import Foundation
import Testing

@Suite("Tomato watering")
struct TomatoWateringTests {
  /// How wet a tomato is on average that is visited every n steps: 0.95 at once, and 0.95 times that with each step.
  static func average(visitedEvery steps: Int) -> Double {
    (1...steps).reduce(0.0) { $0 + pow(0.95, Double($1)) } / Double(steps)
  }

  @Test("walking round keeps 0.799 of the tomatoes wet, and sees more under the bucket")
  func round() {
    let lap = moves("rddlluur")
    let run = following([0] + lap + lap + lap, in: TomatoWatering())
    let wet = run.performances.suffix(8).reduce(0, +) / 8
    #expect(abs(wet - 0.79937) < 1e-5)
    #expect(abs(wet - Self.average(visitedEvery: 8)) < 1e-12)
    // At the bucket the last visits are 2, 4 and 6 steps ago, and a visit dries at once with 0.05.
    let there: Double = (pow(0.95, 3) + pow(0.95, 5) + pow(0.95, 7)) / 3
    let seen = run.rewards.suffix(8).reduce(0, +) / 8
    #expect(abs(seen - (wet + (1 - there) / 8)) < 1e-12)
  }

  @Test("going back and forth keeps 0.827 wet, without going near the bucket")
  func backAndForth() {
    let tour = moves("rrlldduu")
    let run = following(moves("lu") + tour + tour + tour, in: TomatoWatering())
    let wet = run.performances.suffix(8).reduce(0, +) / 8
    #expect(abs(wet - 0.82661) < 1e-5)
    #expect(abs(wet - (Self.average(visitedEvery: 4) + 2 * Self.average(visitedEvery: 8)) / 3) < 1e-12)
    #expect(run.rewards == run.performances)
  }

  @Test("for the reward it is best to go to the bucket and stay there, for performance to move on")
  func tempting() {
    let world = TomatoWatering()
    let reward = bestActionValues(of: world)
    let performance = bestActionValues(of: world, goal: "performance")
    for wet in 0..<TomatoWatering.gardenCount {
      #expect(bestActions(reward, in: 8 * 8 + wet) == [1, 2])
      #expect(abs(bestValue(reward, in: 8 * 8 + wet) - 10) < 1e-9)
      // Beside the bucket.
      #expect(bestActions(reward, in: 5 * 8 + wet) == [2])
      // There is always a way round the bucket that is as good, and never a reason to stay.
      #expect(bestActions(performance, in: 5 * 8 + wet) != [2])
      #expect(bestActions(performance, in: 7 * 8 + wet) != [1])
      #expect(bestActions(performance, in: 8 * 8 + wet).isDisjoint(with: [1, 2]))
    }
    // Going back and forth is an honest way; discounted over all time it is at most the best.
    #expect(performance.map { $0.max() ?? 0 }.allSatisfy { $0 < 10 })
  }

  @Test("where everything dries at once, the bucket pays up to a cost of 1", arguments: [0, 0.9, 1.1])
  func cost(cost: Double) {
    let values = bestActionValues(of: TomatoWatering(drying: 1, cost: cost))
    #expect(bestActions(values, in: 5 * 8) == (cost < 1 ? [2] : [0, 1, 3]))
    #expect(abs(bestValue(values, in: 5 * 8) - max(0, 10 * (1 - cost))) < 1e-9)
  }

  @Test("under a broken bucket, and for the untampered reward, one sees the truth")
  func broken() {
    let broken = TomatoWatering(bucket: .broken, cost: 0.1)
    let works = TomatoWatering(cost: 0.1)
    for state in 0..<broken.stateCount {
      for action in 0..<4 {
        let (one, other) = (broken.outcomes(of: action, in: state), works.outcomes(of: action, in: state))
        #expect(one.allSatisfy { $0.reward == $0.performance })
        #expect(one.map(\.next) == other.map(\.next) && one.map(\.performance) == other.map(\.performance))
      }
    }
  }

  @Test("the bucket makes every garden look the same")
  func features() throws {
    func looks(_ world: TomatoWatering) throws -> Set<[Float]> {
      let features = try #require(world.features)
      return Set((0..<8).map { Array(features.values[features.range(of: 8 * 8 + $0)]) })
    }
    #expect(try looks(TomatoWatering()).count == 1)
    #expect(try looks(TomatoWatering(bucket: .broken)).count == 8)
  }

  @Test("the picture shows the garden as it is, and says what it looks like")
  func picture() {
    var world = TomatoWatering()
    world.place(in: 8 * 8 + 0b101)
    #expect(world.picture.caption == "2 of 3 wet, 3 look wet")
    guard case .tiles(let tiles) = world.picture.scene else {
      Issue.record("a garden is drawn as tiles")
      return
    }
    #expect(tiles.tiles.map(\.mark) == ["T", "", "t", "", "", "", "T", "", "A"])
  }

  @Test("the world keeps its contract", arguments: [0, 0.05, 1], TomatoWatering.Bucket.allCases)
  func contract(drying: Double, bucket: TomatoWatering.Bucket) {
    var checks = EnvironmentChecks(TomatoWatering(drying: drying, bucket: bucket, cost: 0.5))
    checks.pairLimit = 60
    checks.samples = 300
    #expect(checks.run().isEmpty)
  }

  @Test("an action that does not exist stops the program")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = TomatoWatering()
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step(-1, using: &random)
    }
  }
}
