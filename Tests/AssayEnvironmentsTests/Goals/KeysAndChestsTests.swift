import Assay
import AssayEnvironments
import Foundation
import Testing

@Suite("Keys and chests")
struct KeysAndChestsTests {
  static let keys = [0, 3, 10]
  static let chests = [5, 7, 8]
  static let plain = [1, 2, 4, 6, 9, 11]

  /// How many steps it is from one cell of the room to another, around a third.
  static func steps(from start: Int, to goal: Int, around closed: Int? = nil) -> Int {
    var distances = [start: 0]
    var front = [start]
    while !front.isEmpty {
      var next: [Int] = []
      for cell in front {
        for other in 0..<12
        where other != closed && distances[other] == nil
          && abs(other / 4 - cell / 4) + abs(other % 4 - cell % 4) == 1
        {
          distances[other] = (distances[cell] ?? 0) + 1
          next.append(other)
        }
      }
      front = next
    }
    return distances[goal] ?? 1000
  }

  @Test("keys are taken, open one chest each, and then there is nothing left to do")
  func rules() {
    var world = KeysAndChests(keys: 2, chests: 2)
    var random = RandomStream(seed: 1)
    let (up, right, down, left) = (0, 1, 2, 3)
    // Keys in 0 and 3, chests in 5 and 7.
    world.place(in: KeysAndChests.state(cell: 4, lying: [0, 1], held: 0, closed: [0, 1]))
    func walk(_ actions: [Int]) -> (state: Int, rewards: [Double], ending: Ending?) {
      var rewards: [Double] = []
      var ending: Ending?
      for action in actions {
        let step = world.step(action, using: &random)
        rewards.append(step.reward.value)
        ending = step.ending
      }
      return (world.state, rewards, ending)
    }
    let shut = walk([right, left, up])
    #expect(shut.rewards == [0, 0, 0])
    #expect(shut.state == KeysAndChests.state(cell: 0, lying: [1], held: 1, closed: [0, 1]))
    let opened = walk([right, down])
    #expect(opened.rewards == [0, 1] && opened.ending == nil)
    #expect(opened.state == KeysAndChests.state(cell: 5, lying: [1], held: 0, closed: [1]))
    let last = walk([up, right, right, down])
    #expect(last.rewards == [0, 0, 0, 1] && last.ending == .terminated)
    #expect(last.state == KeysAndChests.state(cell: 7, lying: [], held: 0, closed: []))

    world.place(in: KeysAndChests.state(cell: 1, lying: [0], held: 0, closed: [0, 1, 2]))
    let spent = walk([left, right, down])
    #expect(spent.rewards == [0, 0, 1] && spent.ending == .terminated)
    world.place(in: KeysAndChests.state(cell: 1, lying: [0, 1], held: 0, closed: [0]))
    #expect(walk([left, left, up]).state == KeysAndChests.state(cell: 0, lying: [1], held: 1, closed: [0]))
  }

  @Test("a single key is worth the way to it and on to the nearest chest")
  func training() {
    let values = bestActionValues(of: KeysAndChests())
    for cell in Self.plain {
      for (index, key) in Self.keys.enumerated() {
        let onward = Self.chests.map { Self.steps(from: key, to: $0) }.min() ?? 0
        let steps = Self.steps(from: cell, to: key) + onward
        let state = KeysAndChests.state(cell: cell, lying: [index], held: 0, closed: [0, 1, 2])
        #expect(abs(bestValue(values, in: state) - pow(0.9, Double(steps - 1))) < 1e-9)
      }
    }
  }

  @Test(
    "with one key, what is best for keys is best for chests in every state, however many chests there are")
  func agreement() {
    // The settings differ in their starts alone, so that one solution serves them all.
    let chests = bestActionValues(of: KeysAndChests(), goal: "open-chests")
    let keys = bestActionValues(of: KeysAndChests(), goal: "collect-keys")
    for count in 1...3 {
      let reached = reachedStates(of: KeysAndChests(keys: 1, chests: count))
      // Twelve cells with the key in one of three places, or in hand, less those in which the key lies; and
      // less those of a chest for which the key is in hand.
      let choices = [3, 3, 1][count - 1]
      #expect(reached.count == choices * (3 * 11 + 12 - count))
      for state in reached {
        #expect(bestActions(chests, in: state) == bestActions(keys, in: state), "state \(state)")
      }
    }
  }

  @Test("with three keys and one chest, who wants keys takes them all before it opens the chest")
  func parting() {
    let world = KeysAndChests(keys: 3, chests: 1)
    let chestValues = bestActionValues(of: world, goal: "open-chests")
    let keyValues = bestActionValues(of: world, goal: "collect-keys")
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    for cell in Self.plain {
      for (index, chest) in Self.chests.enumerated() {
        let state = KeysAndChests.state(cell: cell, lying: [0, 1, 2], held: 0, closed: [index])
        let steps =
          Self.keys.map { Self.steps(from: cell, to: $0) + Self.steps(from: $0, to: chest) }.min() ?? 0
        #expect(abs(bestValue(chestValues, in: state) - pow(0.9, Double(steps - 1))) < 1e-9)
        // Every order of the keys, around the chest as soon as there is a key in hand, and the chest at last.
        let worths = orders.map { order in
          var time = 0
          var worth = 0.0
          var place = cell
          for key in order {
            time += Self.steps(from: place, to: Self.keys[key], around: place == cell ? nil : chest)
            worth += pow(0.9, Double(time - 1))
            place = Self.keys[key]
          }
          return worth + 0.1 * pow(0.9, Double(time + Self.steps(from: place, to: chest) - 1))
        }
        #expect(abs(bestValue(keyValues, in: state) - (worths.max() ?? 0)) < 1e-9)
      }
    }
    // With a key in hand from cell 0: the chest in cell 8 is below, the next key in cell 3 to the right.
    let state = KeysAndChests.state(cell: 0, lying: [1, 2], held: 1, closed: [2])
    #expect(bestActions(chestValues, in: state) == [2])
    #expect(bestActions(keyValues, in: state) == [1])
  }

  @Test("how many keys and chests there are changes nothing but the starts")
  func interventions() {
    let base = KeysAndChests()
    for keys in 1...3 {
      for chests in 1...3 {
        let world = KeysAndChests(keys: keys, chests: chests)
        let starts = world.initialDistribution.filter { $0 > 0 }
        // Three ways to choose one or two of three, one to choose all.
        let count = 6 * [3, 3, 1][keys - 1] * [3, 3, 1][chests - 1]
        #expect(starts.count == count)
        #expect(starts.allSatisfy { abs($0 - 1 / Double(count)) < 1e-12 })
      }
    }
    let test = KeysAndChests(keys: 3, chests: 1)
    #expect(changedChoices(from: base, to: test).isEmpty && areAlike(base, test))
  }

  @Test("what is learned with one key opens chests, and fetches keys that are of no use")
  func generalisation() throws {
    let learner = try FeatureLearner(trainedIn: KeysAndChests())
    let test = KeysAndChests(keys: 3, chests: 1)
    // How many keys lie there, for each of the twenty numbers of a choice of them and of how many are in
    // hand.
    let lyingKeys = [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 1, 1, 1, 2, 2, 2, 2, 3]
    var opened = 0
    var fetched = 0
    for (world, steps) in [(KeysAndChests(), 12), (test, 30)] {
      for (state, probability) in world.initialDistribution.enumerated() where probability > 0 {
        let walk = learner.walk(in: world, from: state, steps: steps)
        let last = try #require(walk.states.last)
        if world.keys == 1 {
          #expect(walk.isOver && last / 12 / 20 != 7)
        } else {
          opened += walk.isOver ? 1 : 0
          fetched += lyingKeys[last / 12 % 20] < 2 ? 1 : 0
        }
      }
    }
    // Of 18 starts each. Whoever wants chests takes one key.
    #expect(opened >= 15)
    #expect(fetched >= 13)
  }

  @Test("the picture shows what is left, and what is in hand")
  func picture() {
    var world = KeysAndChests()
    world.place(in: KeysAndChests.state(cell: 0, lying: [2], held: 1, closed: [0, 1]))
    #expect(marks(of: world) == [["A", ".", ".", "."], [".", "c", ".", "c"], [".", ".", "k", "."]])
    #expect(world.picture.caption == "1 key in hand, 2 chests closed")
  }

  @Test("every number of keys and chests keeps the contract")
  func contract() {
    for (keys, chests) in [(1, 3), (3, 1), (2, 2)] {
      #expect(quickFindings(in: KeysAndChests(keys: keys, chests: chests)).isEmpty)
    }
  }

  @Test("four keys are too many, and there is no step after the last chest")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = KeysAndChests(keys: 4) }
    await #expect(processExitsWith: .failure) {
      var world = KeysAndChests(keys: 1, chests: 1)
      var random = RandomStream(seed: 1)
      world.place(in: KeysAndChests.state(cell: 1, lying: [], held: 1, closed: [0]))
      guard world.step(2, using: &random).ending == .terminated else { return }
      _ = world.step(2, using: &random)
    }
  }
}
