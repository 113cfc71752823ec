import Assay

/// Pictures as SVG documents that stand alone: in light and dark, still or moving.
package enum PictureSVG {
  /// The side of a tile, in the document's units.
  private static let tile = 40.0
  /// The longer side of a drawing, in the document's units.
  private static let drawingSize = 480.0
  private static let margin = 8.0
  private static let captionHeight = 30.0

  /// A document that shows one picture.
  ///
  /// - Parameters:
  ///   - picture: what to show.
  ///   - title: what it is called, for those who cannot see it.
  /// - Returns: the text of the document.
  package static func still(_ picture: Picture, title: String) -> String {
    let size = size(of: [picture])
    return document(
      title: title, description: picture.caption, size: size,
      body: [layer(picture, shapes: shapes(of: picture.scene), in: size)])
  }

  /// A document that shows one picture after the other, and starts anew after the last.
  ///
  /// - Parameters:
  ///   - pictures: what to show, at least one.
  ///   - secondsPerPicture: how long each is seen.
  ///   - title: what it is called, for those who cannot see it.
  /// - Returns: the text of the document. Where nothing may move (`prefers-reduced-motion`) the last picture
  ///   stays.
  package static func moving(_ pictures: [Picture], secondsPerPicture: Double, title: String) -> String {
    precondition(!pictures.isEmpty, "there must be a picture to show")
    precondition(secondsPerPicture > 0, "secondsPerPicture must be positive, but is \(secondsPerPicture)")
    let size = size(of: pictures)
    guard pictures.count > 1 else { return still(pictures[0], title: title) }
    let count = Double(pictures.count)
    let duration = count * secondsPerPicture
    let scenes = pictures.map { shapes(of: $0.scene) }
    let isStill = stillShapes(of: scenes, inAnyOrder: pictures.allSatisfy(\.isBoard))
    let ground: Markup = """
      <g transform="\(translation(of: pictures[0], in: size))"\(clip(pictures[0].scene))>\
      \(zip(scenes[0], isStill).compactMap { $1 ? $0 : nil })</g>

      """
    let layers = pictures.enumerated().map { index, picture in
      let moving = scenes[index].enumerated().compactMap { $0 < isStill.count && isStill[$0] ? nil : $1 }
      let (from, until) = (Double(index) / count * 100, Double(index + 1) / count * 100)
      let isLast = index == pictures.count - 1
      let steps: Markup =
        index == 0
        ? "0%{visibility:visible}\(percent(until))%{visibility:hidden}"
        : isLast
          ? "0%{visibility:hidden}\(percent(from))%{visibility:visible}"
          : "0%{visibility:hidden}\(percent(from))%{visibility:visible}\(percent(until))%{visibility:hidden}"
      let name = "f\(index)"
      return """
        <style>@keyframes \(name){\(steps)}#\(name){animation:\(name) \(percent(duration))s step-end infinite}</style>\
        <g id="\(name)" class="frame\(isLast ? " last" : "")">\(layer(picture, shapes: moving, in: size))</g>

        """ as Markup
    }
    return document(
      title: title, description: "\(pictures.count) pictures, \(secondsPerPicture) seconds each", size: size,
      body: [
        """
        <style>.frame{visibility:hidden}@media (prefers-reduced-motion:reduce){.frame{animation:none!important}\
        .last{visibility:visible!important}}</style>

        """, ground,
      ] + layers)
  }

  /// Which shapes are the same in all pictures, and so need to be drawn once only.
  ///
  /// - Parameters:
  ///   - scenes: the shapes of each picture.
  ///   - inAnyOrder: whether shapes never cover each other; where they may, only those below all others count.
  /// - Returns: whether each shape of the first picture is; empty where the pictures have nothing in common.
  private static func stillShapes(of scenes: [[Markup]], inAnyOrder: Bool) -> [Bool] {
    let count = scenes.map(\.count).min() ?? 0
    if inAnyOrder, scenes.contains(where: { $0.count != count }) { return [] }
    var isStill = (0..<count).map { index in scenes.allSatisfy { $0[index] == scenes[0][index] } }
    if !inAnyOrder, let first = isStill.firstIndex(of: false) {
      for index in first..<count { isStill[index] = false }
    }
    return isStill
  }

  /// Six digits: a document of a thousand pictures needs more than hundredths.
  private static func percent(_ value: Double) -> Markup {
    let rounded = (value * 1e6).rounded() / 1e6
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\("\(rounded)")"
  }

  /// Width and height that every one of some pictures fits into, captions included.
  private static func size(of pictures: [Picture]) -> (width: Double, height: Double) {
    var width = 200.0
    var height = 0.0
    for picture in pictures {
      let scene = sceneSize(picture.scene)
      // About as wide as the text below it will be.
      let caption = min(720, Double(TextLayout.columns(of: picture.caption)) * 8.2)
      width = max(width, scene.width, caption)
      height = max(height, scene.height)
    }
    let hasCaption = pictures.contains { !$0.caption.isEmpty }
    return (width + 2 * margin, height + 2 * margin + (hasCaption ? captionHeight : 0))
  }

  /// What cuts off the shapes of a drawing that lie outside of it; a board has none.
  private static func clip(_ scene: Picture.Scene) -> Markup {
    guard case .drawing = scene else { return "" }
    let size = sceneSize(scene)
    return """
       style="clip-path:polygon(0 0,\(size.width)px 0,\(size.width)px \(size.height)px,0 \(size.height)px)"
      """
  }

  private static func sceneSize(_ scene: Picture.Scene) -> (width: Double, height: Double) {
    switch scene {
    case .nothing: (0, 0)
    case .tiles(let tiles): (Double(tiles.columns) * tile, Double(tiles.rows) * tile)
    case .drawing(let drawing):
      {
        let scale = drawingScale(drawing)
        return (length(drawing.horizontal) * scale, length(drawing.vertical) * scale)
      }()
    }
  }

  private static func length(_ range: ClosedRange<Double>) -> Double { range.upperBound - range.lowerBound }

  private static func drawingScale(_ drawing: Drawing) -> Double {
    drawingSize / max(length(drawing.horizontal), length(drawing.vertical))
  }

  private static func document(
    title: String, description: String, size: (width: Double, height: Double), body: [Markup]
  ) -> String {
    let markup: Markup = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size.width) \(size.height)" width="\(size.width)" \
      height="\(size.height)" role="img" aria-labelledby="title description">\
      <title id="title">\(title)</title><desc id="description">\(description)</desc>
      <style>.ground{fill:#fff}.caption{fill:#1c1d1f}.edge{stroke:#dad8d1}.shape{fill:var(--l)}\
      .stroke{stroke:var(--l);fill:none}.mark{fill:var(--l)}text{font-family:system-ui,-apple-system,"Segoe UI",\
      Roboto,"Liberation Sans",sans-serif;text-anchor:middle}\
      @media (prefers-color-scheme:dark){.ground{fill:#1c1e21}.caption{fill:#eae8e3}.edge{stroke:#3a3d42}\
      .shape{fill:var(--d)}.stroke{stroke:var(--d)}.mark{fill:var(--d)}}</style>
      <rect class="ground" width="\(size.width)" height="\(size.height)" rx="8"/>
      \(body)</svg>

      """
    return markup.source
  }

  private static func shapes(of scene: Picture.Scene) -> [Markup] {
    switch scene {
    case .nothing: []
    case .tiles(let tiles): markup(of: tiles)
    case .drawing(let drawing): markup(of: drawing)
    }
  }

  /// What puts a picture into the middle of a document of a size.
  private static func translation(of picture: Picture, in size: (width: Double, height: Double)) -> Markup {
    "translate(\((size.width - sceneSize(picture.scene).width) / 2) \(margin))"
  }

  /// Some shapes of a picture, and its caption.
  private static func layer(
    _ picture: Picture, shapes: [Markup], in size: (width: Double, height: Double)
  ) -> Markup {
    let caption: Markup =
      picture.caption.isEmpty
      ? ""
      : """
      <text class="caption" x="\(size.width / 2)" y="\(size.height - margin - 8)" \
      font-size="15">\(TextLayout.clipped(picture.caption, columns: 90))</text>
      """
    return """
      <g transform="\(translation(of: picture, in: size))"\(clip(picture.scene))>\(shapes)</g>\(caption)
      """
  }

  private static func markup(of tiles: Tiles) -> [Markup] {
    tiles.tiles.enumerated().map { index, content in
      let x = Double(index % tiles.columns) * tile
      let y = Double(index / tiles.columns) * tile
      let isPiece = content.tint == .first || content.tint == .second
      // A piece lies on the ground; everything else fills its tile.
      let ground = isPiece ? Picture.Tint.floor.colour : content.tint.colour
      let square: Markup = """
        <rect class="shape edge" style="\(ground.style)" x="\(x)" y="\(y)" width="\(tile)" height="\(tile)"/>
        """
      let piece: Markup =
        isPiece
        ? """
        <circle class="shape edge" style="\(content.tint.colour.style)" cx="\(x + tile / 2)" cy="\(y + tile / 2)" \
        r="\(tile * 0.4)"/>
        """ : ""
      guard !content.mark.isEmpty else { return "\(square)\(piece)" }
      let fontSize = content.mark.count > 1 ? 15.0 : 19.0
      return """
        \(square)\(piece)<text class="mark" style="\(content.tint.colour.ink.style)" x="\(x + tile / 2)" \
        y="\(y + tile / 2 + fontSize * 0.36)" font-size="\(fontSize)">\(content.mark)</text>
        """
    }
  }

  private static func markup(of drawing: Drawing) -> [Markup] {
    let scale = drawingScale(drawing)
    func place(_ point: Drawing.Point) -> (x: Double, y: Double) {
      ((point.x - drawing.horizontal.lowerBound) * scale, (drawing.vertical.upperBound - point.y) * scale)
    }
    func path(_ points: [Drawing.Point], isClosed: Bool) -> Markup {
      let steps = points.enumerated().map { index, point in
        let place = place(point)
        return "\(index == 0 ? "M" : "L")\(place.x) \(place.y)" as Markup
      }
      return "\(steps)\(isClosed ? "Z" : "")"
    }
    return drawing.shapes.map { shape -> Markup in
      switch shape {
      case .line(let points, let width, let tint):
        return """
          <path class="stroke" style="\(tint.shapeColour.style)" stroke-width="\(max(1, width * scale))" \
          stroke-linecap="round" stroke-linejoin="round" d="\(path(points, isClosed: false))"/>
          """
      case .disc(let center, let radius, let tint):
        let place = place(center)
        return """
          <circle class="shape" style="\(tint.shapeColour.style)" cx="\(place.x)" cy="\(place.y)" \
          r="\(max(1, radius * scale))"/>
          """
      case .polygon(let points, let tint):
        return """
          <path class="shape" style="\(tint.shapeColour.style)" d="\(path(points, isClosed: true))"/>
          """
      case .label(let text, let point, let height, let tint):
        let place = place(point)
        // A capital is about 0.7 of the size of its font.
        let size = height * scale / 0.7
        return """
          <text class="mark" style="\(tint.shapeColour.style)" x="\(place.x)" y="\(place.y + height * scale / 2)" \
          font-size="\(size)">\(text)</text>
          """
      }
    }
  }
}

extension Picture {
  /// Whether it is a board, whose tiles never cover each other.
  fileprivate var isBoard: Bool { if case .tiles = scene { true } else { false } }
}
