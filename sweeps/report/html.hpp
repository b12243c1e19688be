#pragma once

#include <string>
#include <string_view>
#include <utility>  // std::pair
#include <vector>

namespace agsweep {

/// Text for HTML's content and attributes: & < > " ' are escaped, bytes that are no UTF-8 become U+FFFD, control characters spaces. All
/// that comes from a file goes through here.
std::string escape_html(std::string_view text);

/// A table in a box that scrolls sideways where it is wider than the page.
class HtmlTable {
 public:
  enum class Align { left, right };

  /// @param header  one text a column
  /// @param align   one a column: texts to the left, figures to the right
  HtmlTable(const std::vector<std::string>& header, std::vector<Align> align);
  /// @param cells  texts, as many as the header has; escaped here
  /// @param mark   whether the row stands out
  void add(const std::vector<std::string>& cells, bool mark = false);
  std::string html() const;

 private:
  std::vector<Align> align_;
  std::string rows_;
};

/// <p>..</p> of a text, escaped.
std::string paragraph(std::string_view text);

/// <p class="none">..</p>: why there is nothing to show.
std::string nothing_to_show(std::string_view why);

/// A list of names and values. @param rows  {name, value}, texts
std::string definition_list(const std::vector<std::pair<std::string, std::string>>& rows);

}  // namespace agsweep
