#pragma once

#include <span>
#include <string>
#include <string_view>

namespace agsweep {

/// The known name that somebody who typed `name` most likely meant, for "did you mean" in a message.
///
/// Nearest by edit distance (insertion, deletion, replacement, swap of neighbours; one each), the earlier of equals.
/// Empty when nothing is near: more than a third of the longer name would have to change.
std::string nearest_name(std::string_view name, std::span<const std::string_view> known);

}  // namespace agsweep
