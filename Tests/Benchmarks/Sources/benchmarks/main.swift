import Assay
import AssayAgents
import AssayEnvironments
import AssayPlanning
import Foundation
func cpu() -> Double { var t = timespec(); clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return Double(t.tv_sec) + 1e-9 * Double(t.tv_nsec) }
func time(_ f: () -> Void) -> Double { let a = cpu(); f(); return cpu() - a }

let clock = ContinuousClock()
if CommandLine.arguments[1] == "solve" {
  let size = Int(CommandLine.arguments[2])!
  let process = RandomMDP.process(states: size)
  for method in CommandLine.arguments.count > 3 ? [SolutionMethod.modifiedPolicyIteration] : [SolutionMethod.modifiedPolicyIteration, .valueIteration] {
    var all: [Double] = []
    for _ in 0..<max(3, 8_000_000 / size / 10) {
      let t = time { let s = try! process.solved(method: method, tolerance: 1e-6); if s.values[0] == 3 { print(s) } }
      all.append(t)
    }
    all.sort()
    print(size, method, all[all.count / 2], all[0])
  }
} else {
  let lake = FrozenLake.eightByEight
  let n = Int(CommandLine.arguments[2])!
  var run = Run(environment: lake, trainee: QLearning.make(shape: TableShape(of: lake), configuration: .init(discount: 0.99)), seed: 0)
  for _ in 0..<5 {
    let t = time { try! run.advance(by: n) }
    print("q", Double(n) / t / 1e6)
  }
  let m = n / 100
  if CommandLine.arguments.count > 3 { exit(0) }
  var dyna = Run(environment: lake, trainee: Dyna.make(shape: TableShape(of: lake), configuration: .init(discount: 0.99, runLength: m * 5)), seed: 0)
  for _ in 0..<5 {
    let t = time { try! dyna.advance(by: m) }
    print("dyna", Double(m) / t / 1e6)
  }
}
