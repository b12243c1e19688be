#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/options/option.hpp"

namespace agsweep {

/// Options as help shows them: under their groups, the texts wrapped to `width` columns.
std::string options_help(const std::vector<Option>& options, std::size_t width);

/// "transformer blocks (in [1, 1000]; default 3)".
std::string option_text(const Option& option);

/// The same as tables in Markdown, for docs/options.md.
std::string options_markdown(const std::vector<Option>& options);

/// Breaks `text` at spaces into lines of at most `width` characters, each but the first behind `indent` spaces.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace agsweep
