#pragma once

#include <algorithm>  // std::for_each
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <sstream>  // std::istringstream
#include <string>
#include <type_traits>
#include <utility>  // std::move
#include <vector>

#include <fmt/ranges.h>  // fmt::join

#include "base/enum_words.hpp"
#include "base/path_text.hpp"
#include "orchestrator/options/option.hpp"

namespace agsweep {

/// A value that somebody gave, already checked, and where: "--lr" or "config.toml:3:6: lr".
struct Asked {
  Value value;
  std::string origin;
};
using AskedOptions = std::map<std::string, Asked, std::less<>>;  // by the option's name

/// An option and the field of Config that it fills: {&TrainConfig::lr, {.name = "lr", .range = above_up_to(0, 1), .help = "..."}}.
template <typename Config>
struct OptionEntry {
  template <typename T>
  OptionEntry(T Config::*member, Option described) : option(std::move(described)) {
    if constexpr (std::is_same_v<T, bool>) {
      option.kind = ValueKind::on_off;
      if (!option.flag) option.placeholder = "on|off";
    } else if constexpr (std::is_integral_v<T>) {
      option.kind = ValueKind::integer;
    } else if constexpr (std::is_floating_point_v<T>) {
      option.kind = ValueKind::number;
    } else {
      option.kind = std::is_same_v<T, std::filesystem::path> ? ValueKind::path : ValueKind::text;
    }
    option.repeats = std::is_same_v<T, std::vector<std::string>>;
    if constexpr (std::is_enum_v<T>) option.words = {enum_words<T>.begin(), enum_words<T>.end()};
    set = [member](Config& config, const Value& value) {
      if constexpr (std::is_same_v<T, bool>) {
        config.*member = std::get<bool>(value);
      } else if constexpr (std::is_integral_v<T>) {
        config.*member = static_cast<T>(std::get<std::int64_t>(value));
      } else if constexpr (std::is_floating_point_v<T>) {
        config.*member = static_cast<T>(std::get<double>(value));
      } else if constexpr (std::is_enum_v<T>) {
        config.*member = from_word<T>(std::get<std::string>(value)).value();
      } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
        config.*member = path_of_text(std::get<std::string>(value));
      } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
        std::istringstream lines(std::get<std::string>(value));
        (config.*member).clear();
        for (std::string line; std::getline(lines, line);) (config.*member).push_back(line);
      } else {
        config.*member = std::get<std::string>(value);
      }
    };
    get = [member](const Config& config) -> Value {
      if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
        return static_cast<std::int64_t>(config.*member);
      } else if constexpr (std::is_floating_point_v<T>) {
        return static_cast<double>(config.*member);
      } else if constexpr (std::is_enum_v<T>) {
        return std::string(to_word(config.*member));
      } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
        return path_text(config.*member);
      } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
        return fmt::format("{}", fmt::join(config.*member, "\n"));
      } else {
        return config.*member;
      }
    };
    option.standard = option.automatic.empty() ? to_text(get(Config{})) : "auto";
  }

  Option option;
  std::function<void(Config&, const Value&)> set;  // the value is of the option's kind, and not Automatic
  std::function<Value(const Config&)> get;
};

template <typename Config>
using OptionTable = std::vector<OptionEntry<Config>>;

/// The options of several tables, for the parser and for help.
template <typename... Configs>
std::vector<Option> options_of(const OptionTable<Configs>&... tables) {
  std::vector<Option> options;
  (std::for_each(tables.begin(), tables.end(), [&](const auto& entry) { options.push_back(entry.option); }), ...);
  return options;
}

/// Of what was asked, this table's options.
template <typename Config>
AskedOptions asked_in(const OptionTable<Config>& table, const AskedOptions& asked) {
  AskedOptions part;
  for (const OptionEntry<Config>& entry : table) {
    if (const auto found = asked.find(entry.option.name); found != asked.end()) part.insert(*found);
  }
  return part;
}

/// Fills the fields of this table's options that were asked; an Automatic one keeps its field.
template <typename Config>
void fill(const OptionTable<Config>& table, const AskedOptions& asked, Config& config) {
  for (const OptionEntry<Config>& entry : table) {
    const auto found = asked.find(entry.option.name);
    if (found == asked.end() || std::holds_alternative<Automatic>(found->second.value)) continue;
    entry.set(config, found->second.value);
  }
}

}  // namespace agsweep
