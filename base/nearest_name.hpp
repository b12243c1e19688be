#pragma once

#include <span>
#include <string>
#include <string_view>

namespace agsweep {

/// The known name that somebody who typed `name` most likely meant, for "did you mean" in a message.
///
/// Nearest by edit distance (insertion, deletion, replacement, swap of neighbours; one each), the earlier of equals. Where more than a
/// third of the longer name would have to change, the shortest name that has `name` as one of its words, "batch" of batch-size; else empty.
std::string nearest_name(std::string_view name, std::span<const std::string_view> known);

}  // namespace agsweep
