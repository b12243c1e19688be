#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "sweeps/space/parameter.hpp"  // ParameterValue

namespace agsweep {

/// A key of a spec's file, or an element of a list, and where it stands.
struct SpecNode {
  std::string name;  // of the key; an element has its list's
  const toml::node* value = nullptr;
  std::string at;      // "sweep.toml:12:1"
  std::string origin;  // "sweep.toml:12:1: lr", the beginning of each error about it
};

/// A spec's text as TOML. @throws UsageError naming file, line and column: no TOML, not UTF-8, a key twice
toml::table parse_spec(const std::filesystem::path& path, std::string_view text);

/// "sweep.toml:12:1"
std::string spec_position(const std::filesystem::path& path, const toml::source_region& source);

/// A table's keys in the order of the file (toml++ sorts them by name).
std::vector<SpecNode> nodes_of(const toml::table& table, const std::filesystem::path& path);
/// The keys of the table that the node is. @throws UsageError when it is none
std::vector<SpecNode> nodes_of(const SpecNode& node, const std::filesystem::path& path);
/// The elements of the list that the node is. @throws UsageError when it is none, or empty
std::vector<SpecNode> elements_of(const SpecNode& node, const std::filesystem::path& path);

/// nullptr where the key is not given.
const SpecNode* find_node(std::span<const SpecNode> nodes, std::string_view name);

/// @throws UsageError for a key that is not among `known`, with the nearest that is
void check_known(std::span<const SpecNode> nodes, std::span<const std::string_view> known);

/// @throws UsageError unless the node is a text with at least one character
std::string text_of(const SpecNode& node);
/// @throws UsageError unless the node is a whole number in [low, high]
std::int64_t whole_of(const SpecNode& node, std::int64_t low, std::int64_t high);
/// The number that the node is, whole or not; nullopt for anything else.
std::optional<double> number_of(const SpecNode& node);
/// @throws UsageError unless the node is a text, a finite number, or true or false
ParameterValue value_of(const SpecNode& node);
/// The index of the word that the node is. @throws UsageError when it is none of them, with the nearest
std::size_t word_of(const SpecNode& node, std::span<const std::string_view> words);

/// "; did you mean log?" or nothing.
std::string did_you_mean_key(std::string_view name, std::span<const std::string_view> known);

}  // namespace agsweep
