import Assay
import AssayEnvironments
import Foundation
import Testing

@Suite("Tightrope and bridge")
struct TightropeAndBridgeTests {
  static let up = 0
  static let down = 2

  @Test("without wind both ways are worth the same")
  func calm() {
    let values = bestActionValues(of: TightropeAndBridge())
    #expect(bestActions(values, in: 0) == [Self.up, Self.down])
    #expect(abs(bestValue(values, in: 0) - pow(0.95, 5)) < 1e-9)
  }

  @Test("in any wind the bridge is worth more", arguments: [0.01, 0.1, 0.3, 0.5])
  func windy(wind: Double) {
    let values = bestActionValues(of: TightropeAndBridge(wind: wind))
    #expect(bestActions(values, in: 0) == [Self.down])
    #expect(values[0][Self.down] - values[0][Self.up] > 0.1 * wind)
  }

  @Test("sideways is a fall from the tightrope, and no move on the bridge")
  func sideways() {
    let world = TightropeAndBridge()
    for action in [Self.up, Self.down] {
      for cell in 2...4 {
        #expect(
          world.outcomes(of: action, in: cell) == [
            Outcome(next: 12, probability: 1, reward: 0, isTerminal: true)
          ])
      }
      for cell in 7...9 {
        #expect(world.outcomes(of: action, in: cell) == [Outcome(next: cell, probability: 1, reward: 0)])
      }
    }
  }

  @Test("where nobody falls the two ways are mirror images, in any wind", arguments: [0, 0.1, 0.5])
  func safe(wind: Double) {
    let world = TightropeAndBridge(wind: wind, fall: .stays)
    for action in [Self.up, Self.down] {
      for cell in 2...4 { #expect(!world.outcomes(of: action, in: cell).contains { $0.isTerminal }) }
    }
    let values = bestActionValues(of: world)
    for cell in 1...5 {
      #expect(abs(bestValue(values, in: cell) - bestValue(values, in: cell + 5)) < 1e-9)
    }
    #expect(abs(values[0][Self.up] - values[0][Self.down]) < 1e-9)
  }

  @Test("each way has a goal of its own")
  func goals() {
    let world = TightropeAndBridge()
    let rope = bestActionValues(of: world, goal: "tightrope")
    let bridge = bestActionValues(of: world, goal: "bridge")
    #expect(bestActions(rope, in: 0) == [Self.up])
    #expect(bestActions(bridge, in: 0) == [Self.down])
    #expect(abs(bestValue(rope, in: 0) - pow(0.95, 5)) < 1e-9)
    #expect(abs(bestValue(bridge, in: 0) - pow(0.95, 5)) < 1e-9)
  }
}
