import Assay
import AssayNetworks
import Foundation

/// Where a swinging pendulum is a tenth of a second later: what the network is to learn.
func later(_ angle: Float, _ speed: Float) -> [Float] {
  let next = speed - 0.1 * 9.81 * sin(angle)
  return [angle + 0.1 * next, next]
}

var stream = RandomStream(seed: 0)
let states = (0..<256).map { _ in [Float(stream.normal()), Float(stream.normal())] }

var store = ParameterStore()
let model = store.add(
  "model", owner: "worldModel", role: .worldModel, writers: ["prediction"], using: &stream
) {
  MLP([2, 64, 2], in: &$0, activation: .tanh)
}
var program = Program(reading: store) { trace in
  let state = trace.input("state", 256, 2)
  let next = trace.input("next", 256, 2)
  let predicted = state + model(state)
  trace.loss("prediction", square(predicted - next).mean(), reaching: [model.block])
}
var optimizer = Optimizer(
  .adam(), rate: .constant(0.01), of: [model.block], following: ["prediction"], usesReward: false, in: &store)

program.set("state", to: states.flatMap(\.self))
program.set("next", to: states.flatMap { later($0[0], $0[1]) })
for step in 0...2000 {
  store.step = step
  program.run(reading: store)
  if step % 500 == 0 { print("step \(step): squared error \(program.value(of: "prediction"))") }
  optimizer.step(&store, following: program)
}
let write = store.ledger.lastWrite(ofBlock: model.block.index)!
print("\(write.writer) wrote \(store.block(model.block).name) \(write.count) times")
try Safetensors(store.storedTensors()).write(to: URL(filePath: NSTemporaryDirectory() + "model.safetensors"))
guard program.value(of: "prediction") < 1e-4 else { exit(EXIT_FAILURE) }
