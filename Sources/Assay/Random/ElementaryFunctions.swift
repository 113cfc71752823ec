import Foundation

// Foundation's functions cannot be called from inlinable code without importing Foundation into every client,
// so the two that random draws need are named here.

@usableFromInline
func _log(_ x: Double) -> Double { log(x) }

@usableFromInline
func _cosine(_ x: Double) -> Double { cos(x) }
