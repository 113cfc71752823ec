import CKernels
import Foundation
import Testing

@Suite("Convolutions")
struct ConvolutionTests {
  /// A convolution with its operands; a plain loop in double precision says what it should give.
  struct Case: CustomTestStringConvertible {
    var convolution: assay_convolution
    let testDescription: String
    let images: [Float]
    let filters: [Float]
    let bias: [Float]
    let outputGradient: [Float]

    init(
      batch: Int = 2, height: Int, width: Int, channels: Int, kernel: (Int, Int), filters filterCount: Int,
      stride: (Int, Int) = (1, 1), padding: (Int, Int) = (0, 0)
    ) {
      convolution = assay_convolution(
        batch: Int64(batch), height: Int64(height), width: Int64(width), channels: Int64(channels),
        kernel_height: Int64(kernel.0), kernel_width: Int64(kernel.1), filters: Int64(filterCount),
        stride_height: Int64(stride.0), stride_width: Int64(stride.1), padding_height: Int64(padding.0),
        padding_width: Int64(padding.1), activation: 0)
      testDescription =
        "\(batch) × \(height) × \(width) × \(channels), \(kernel) kernel, \(filterCount) filters, "
        + "stride \(stride), padding \(padding)"
      images = Self.numbers(batch * height * width * channels, seed: 1)
      filters = Self.numbers(kernel.0 * kernel.1 * channels * filterCount, seed: 2)
      bias = Self.numbers(filterCount, seed: 3)
      let outputHeight = (height + 2 * padding.0 - kernel.0) / stride.0 + 1
      let outputWidth = (width + 2 * padding.1 - kernel.1) / stride.1 + 1
      outputGradient = Self.numbers(batch * outputHeight * outputWidth * filterCount, seed: 4)
    }

    /// Numbers in −1…1, spread evenly and without a pattern a convolution could share.
    static func numbers(_ count: Int, seed: Int) -> [Float] {
      (0..<count).map { index in
        let turns = Double(index + 1) * 0.618_033_988_749_894_9 + Double(seed) * 0.414
        return Float(2 * (turns - turns.rounded(.down)) - 1)
      }
    }

    /// Calls `body` for every product that the convolution sums: with the places of an image's number, a filter's and
    /// an output's.
    func forEachProduct(_ body: (_ image: Int, _ filter: Int, _ output: Int) -> Void) {
      let c = convolution
      let outputHeight = Int((c.height + 2 * c.padding_height - c.kernel_height) / c.stride_height + 1)
      let outputWidth = Int((c.width + 2 * c.padding_width - c.kernel_width) / c.stride_width + 1)
      let (height, width, channels) = (Int(c.height), Int(c.width), Int(c.channels))
      let filterCount = Int(c.filters)
      for i in 0..<Int(c.batch) {
        for outputY in 0..<outputHeight {
          for outputX in 0..<outputWidth {
            for kernelY in 0..<Int(c.kernel_height) {
              for kernelX in 0..<Int(c.kernel_width) {
                let y = outputY * Int(c.stride_height) + kernelY - Int(c.padding_height)
                let x = outputX * Int(c.stride_width) + kernelX - Int(c.padding_width)
                guard y >= 0 && y < height && x >= 0 && x < width else { continue }
                for channel in 0..<channels {
                  let image = ((i * height + y) * width + x) * channels + channel
                  let tap = (kernelY * Int(c.kernel_width) + kernelX) * channels + channel
                  let output = ((i * outputHeight + outputY) * outputWidth + outputX) * filterCount
                  for filter in 0..<filterCount { body(image, tap * filterCount + filter, output + filter) }
                }
              }
            }
          }
        }
      }
    }

    /// Runs with an array for the result and scratch space that both have guards behind them.
    func run(
      _ count: Int,
      _ body: (UnsafePointer<assay_convolution>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) ->
        Void
    ) -> [Float] {
      var convolution = convolution
      let guardValue: Float = -12345
      let scratchCount = Int(assay_convolution_scratch(&convolution))
      let scratch = UnsafeMutableRawBufferPointer.allocate(
        byteCount: (scratchCount + 16) * MemoryLayout<Float>.stride, alignment: 64
      ).bindMemory(to: Float.self)
      defer { scratch.deallocate() }
      scratch.update(repeating: .nan)
      for index in scratchCount..<scratchCount + 16 { scratch[index] = guardValue }
      var result = [Float](repeating: .nan, count: count) + [Float](repeating: guardValue, count: 16)
      result.withUnsafeMutableBufferPointer { body(&convolution, $0.baseAddress!, scratch.baseAddress!) }
      for index in 0..<16 {
        #expect(scratch[scratchCount + index] == guardValue, "wrote behind the end of the scratch space")
        #expect(result[count + index] == guardValue, "wrote behind the end of the result")
      }
      return Array(result[..<count])
    }

    func output() -> [Float] {
      run(outputGradient.count) { assay_convolve($0, images, filters, bias, $1, $2) }
    }

    func imageGradient() -> [Float] {
      run(images.count) { assay_convolve_image_gradient($0, outputGradient, filters, $1, $2) }
    }

    func filterGradient() -> [Float] {
      run(filters.count) { assay_convolve_filter_gradient($0, images, outputGradient, $1, $2) }
    }

    /// How far numbers are from exact sums, by the bound γₙ on the rounding errors of n products (Higham 2002, §3.1);
    /// `number` gives the place and the value of each product.
    func worstError(
      of result: [Float], startingAt start: (Int) -> Double = { _ in 0 },
      activated: (Double) -> Double = { $0 },
      product number: (_ image: Int, _ filter: Int, _ output: Int) -> (place: Int, product: Double)
    ) -> Double {
      var sums = result.indices.map(start)
      var magnitudes = sums.map(abs)
      var counts = [Int](repeating: 2, count: result.count)
      forEachProduct { image, filter, output in
        let (place, product) = number(image, filter, output)
        sums[place] += product
        magnitudes[place] += abs(product)
        counts[place] += 1
      }
      return result.indices.map { place in
        let rounding = Double(counts[place]) * 0x1p-24
        let expected = activated(sums[place])
        let bound = rounding / (1 - rounding) * magnitudes[place] + 2e-7 * abs(expected) + 1e-30
        let error = abs(Double(result[place]) - expected) / bound
        return error.isNaN ? .infinity : error
      }.max() ?? 0
    }
  }

  static let cases = [
    Case(height: 1, width: 1, channels: 1, kernel: (1, 1), filters: 1),
    Case(height: 6, width: 7, channels: 3, kernel: (3, 3), filters: 5),
    Case(height: 6, width: 7, channels: 3, kernel: (3, 3), filters: 5, padding: (1, 1)),
    Case(height: 5, width: 17, channels: 4, kernel: (3, 3), filters: 18, padding: (1, 1)),
    Case(height: 7, width: 6, channels: 2, kernel: (2, 3), filters: 33, stride: (2, 1), padding: (0, 2)),
    Case(height: 9, width: 8, channels: 3, kernel: (4, 4), filters: 6, stride: (2, 2), padding: (1, 1)),
    Case(height: 12, width: 12, channels: 2, kernel: (8, 8), filters: 4, stride: (4, 4)),
    // A last row and column that no patch reaches, and strides that skip whole rows.
    Case(height: 8, width: 9, channels: 2, kernel: (3, 2), filters: 3, stride: (2, 3)),
    Case(height: 7, width: 7, channels: 3, kernel: (1, 1), filters: 4, stride: (3, 2)),
    // Padding beyond what the kernel can reach from inside, and kernels larger than the image.
    Case(height: 3, width: 3, channels: 2, kernel: (2, 2), filters: 3, padding: (3, 2)),
    Case(height: 2, width: 3, channels: 2, kernel: (4, 5), filters: 3, padding: (1, 1)),
    Case(height: 4, width: 5, channels: 6, kernel: (4, 5), filters: 7),
    // One dimension.
    Case(height: 1, width: 30, channels: 5, kernel: (1, 5), filters: 9, stride: (1, 2), padding: (0, 2)),
    Case(height: 1, width: 300, channels: 2, kernel: (1, 3), filters: 3, padding: (0, 1)),
    // Blocks of rows in the filters' gradient.
    Case(batch: 1, height: 40, width: 16, channels: 1, kernel: (3, 3), filters: 2, padding: (1, 1)),
  ]

  @Test("the output is the bias and the sum over every patch", arguments: cases)
  func output(_ this: Case) {
    let error = this.worstError(
      of: this.output(), startingAt: { Double(this.bias[$0 % this.bias.count]) },
      product: { image, filter, output in
        (output, Double(this.images[image]) * Double(this.filters[filter]))
      })
    #expect(error <= 1, "\(error) of the bound")
  }

  @Test(
    "ReLU and tanh are applied to the output",
    arguments: [assay_activation_relu, assay_activation_tanh].map(\.rawValue))
  func activations(_ activation: UInt32) {
    for var this in [Self.cases[3], Self.cases[5]] {
      this.convolution.activation = Int32(activation)
      let error = this.worstError(
        of: this.output(), startingAt: { Double(this.bias[$0 % this.bias.count]) },
        activated: { activation == assay_activation_relu.rawValue ? max(0, $0) : tanh($0) },
        product: { image, filter, output in
          (output, Double(this.images[image]) * Double(this.filters[filter]))
        })
      #expect(error <= 1, "\(error) of the bound")
    }
  }

  @Test("an image's gradient sums over the outputs it reached", arguments: cases)
  func imageGradient(_ this: Case) {
    let error = this.worstError(of: this.imageGradient()) { image, filter, output in
      (image, Double(this.outputGradient[output]) * Double(this.filters[filter]))
    }
    #expect(error <= 1, "\(error) of the bound")
  }

  @Test("a filter's gradient sums over the patches it was applied to", arguments: cases)
  func filterGradient(_ this: Case) {
    let error = this.worstError(of: this.filterGradient()) { image, filter, output in
      (filter, Double(this.images[image]) * Double(this.outputGradient[output]))
    }
    #expect(error <= 1, "\(error) of the bound")
  }

  @Test("without images, outputs are empty and the filters' gradient is zero")
  func emptyBatch() {
    let this = Case(batch: 0, height: 5, width: 5, channels: 2, kernel: (3, 3), filters: 3, padding: (1, 1))
    #expect(this.output().isEmpty)
    #expect(this.imageGradient().isEmpty)
    #expect(this.filterGradient() == [Float](repeating: 0, count: this.filters.count))
  }

  @Test("the same convolution gives the same bits twice")
  func sameBits() {
    let this = Self.cases[5]
    #expect(this.output() == this.output())
    #expect(this.imageGradient() == this.imageGradient())
    #expect(this.filterGradient() == this.filterGradient())
  }
}
