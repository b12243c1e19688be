#pragma once

#include <string>
#include <string_view>

namespace agsweep {

/// BibTeX of the works that a text cites: an entry for each key that stands in it as @key, in the order of the keys.
/// @param text     Markdown as pandoc reads it: "by ASHA [@li2020asha]"
/// @param version  of agsweep itself, whose key is agsweep; may be empty
std::string bibliography(std::string_view text, std::string_view version);

}  // namespace agsweep
