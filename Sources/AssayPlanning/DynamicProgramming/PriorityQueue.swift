/// Numbers `0..<count`, of which the one of the highest priority is at hand; of equals, any, but always the
/// same.
package struct PriorityQueue: Sendable {
  private var priorities: [Double]
  /// The numbers as a heap: none is behind those at 2i + 1 and 2i + 2.
  private var heap: [Int]
  /// Where each number stands in the heap.
  private var places: [Int]

  package init(priorities: [Double]) {
    precondition(!priorities.isEmpty, "a queue needs at least one number, but has none")
    self.priorities = priorities
    heap = Array(priorities.indices)
    places = heap
    for place in (0..<heap.count / 2).reversed() { sink(place) }
  }

  /// The number of the highest priority.
  package var first: Int { heap[0] }

  /// The highest priority.
  package var highest: Double { priorities[heap[0]] }

  /// Gives a number another priority.
  package mutating func set(_ number: Int, to priority: Double) {
    let isHigher = priority > priorities[number]
    priorities[number] = priority
    if isHigher { rise(places[number]) } else { sink(places[number]) }
  }

  private mutating func rise(_ start: Int) {
    let number = heap[start]
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard priorities[heap[parent]] < priorities[number] else { break }
      heap[place] = heap[parent]
      places[heap[place]] = place
      place = parent
    }
    heap[place] = number
    places[number] = place
  }

  private mutating func sink(_ start: Int) {
    let number = heap[start]
    var place = start
    while 2 * place + 1 < heap.count {
      var child = 2 * place + 1
      if child + 1 < heap.count, priorities[heap[child + 1]] > priorities[heap[child]] { child += 1 }
      guard priorities[heap[child]] > priorities[number] else { break }
      heap[place] = heap[child]
      places[heap[place]] = place
      place = child
    }
    heap[place] = number
    places[number] = place
  }
}
