#pragma once

#include <algorithm>  // std::find
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace agsweep {

/// What a person writes for an enumeration's members, in their order. Each enumeration that is read or written has its words beside it:
/// `template <> inline constexpr auto enum_words<Device> = std::to_array<std::string_view>({"cpu"});`
template <typename Enum>
inline constexpr std::nullptr_t enum_words = nullptr;
template <>
inline constexpr auto enum_words<bool> = std::to_array<std::string_view>({"off", "on"});

template <typename Enum>
constexpr std::string_view to_word(Enum member) {
  return enum_words<Enum>.at(static_cast<std::size_t>(member));
}

/// nullopt for a word that no member has.
template <typename Enum>
constexpr std::optional<Enum> from_word(std::string_view word) {
  const auto& words = enum_words<Enum>;
  const auto found = std::find(words.begin(), words.end(), word);
  return found == words.end() ? std::nullopt : std::optional(static_cast<Enum>(found - words.begin()));
}

/// All members, in their order.
template <typename Enum>
constexpr auto enum_members() {
  std::array<Enum, enum_words<Enum>.size()> members{};
  for (std::size_t i = 0; i < members.size(); ++i) members[i] = static_cast<Enum>(i);
  return members;
}

}  // namespace agsweep
