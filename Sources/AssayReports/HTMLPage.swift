/// One HTML file that needs nothing else: a header, sections under headings, and links to them at the end.
package struct HTMLPage {
  /// A part of the page under a heading.
  package struct Section {
    /// Unique in the document.
    var id: String
    /// The heading.
    var title: String
    /// What stands below it.
    var body: Markup

    package init(id: String, title: String, body: Markup) {
      self.id = id
      self.title = title
      self.body = body
    }
  }

  private var title: String
  private var header: Markup
  private var sections: [Section]

  /// Makes a page.
  ///
  /// - Parameters:
  ///   - title: what the window is called.
  ///   - header: what stands above the sections, a `header` element.
  ///   - sections: in order, each with an id of its own.
  package init(title: String, header: Markup, sections: [Section]) {
    self.title = title
    self.header = header
    self.sections = sections
  }

  /// The whole file.
  package var html: String { markup.source }

  private var markup: Markup {
    let links = sections.map { "<a href=\"#\($0.id)\">\($0.title)</a>\n" as Markup }
    let bodies = sections.map { section -> Markup in
      """
      <section id="\(section.id)" aria-labelledby="\(section.id)-heading">
      <h2 id="\(section.id)-heading">\(section.title)</h2>
      \(section.body)</section>

      """
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <title>\(title)</title>
      <style>
      \(StyleSheet.source)
      </style>
      </head>
      <body>
      \(header)<main>
      \(bodies)</main>
      <nav aria-label="Sections">
      \(links)</nav>
      </body>
      </html>

      """
  }
}
