#include "orchestrator/options/config_file.hpp"

#include <algorithm>  // std::find
#include <set>
#include <span>

#include <fmt/ranges.h>
#include <toml++/toml.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json.hpp"
#include "base/json_file.hpp"
#include "base/path_text.hpp"
#include "base/sha256.hpp"
#include "base/toml_text.hpp"
#include "base/utf8_text.hpp"
#include "orchestrator/options/train_options.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view header =
    "# The options of an agsweep training, as it used them. `agsweep train --config FILE` reads them; the command line wins.\n";

std::string toml_list(const std::vector<std::string>& values) {
  std::string list;
  for (const std::string& value : values) list += (list.empty() ? "" : ", ") + toml_text(value);
  return "[" + list + "]";
}

std::string option_toml(const Option& option, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    const bool is_path = option.kind == ValueKind::path && !text->empty();
    return toml_text(is_path ? absolute_path_text(path_of_text(*text)) : *text);
  }
  if (const auto* on = std::get_if<bool>(&value)) return *on ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value)) return toml_text(*number);
  return to_text(value);
}

std::string position(const fs::path& path, const toml::source_region& source) {
  return fmt::format("{}:{}:{}", path.string(), source.begin.line, source.begin.column);
}

toml::table parse(const std::string& content, const fs::path& path) {
  try {
    return toml::parse(content, path.string());
  } catch (const toml::parse_error& error) {
    throw UsageError("{}: {}", position(path, error.source()), error.description());
  }
}

/// A node as the option's kind of value. @throws UsageError
Value value_of(const Option& option, const toml::node& node, const std::string& origin) {
  if (!option.automatic.empty() && node.value_exact<std::string>() == "auto") return Automatic{};
  switch (option.kind) {
    case ValueKind::on_off:
      if (const auto on = node.value_exact<bool>()) return *on;
      throw UsageError("{}: not true or false", origin);
    case ValueKind::integer:
      if (const auto number = node.value_exact<std::int64_t>()) return *number;
      throw UsageError("{}: not a whole number (allowed: {})", origin, allowed_values(option));
    case ValueKind::number:
      if (const auto whole = node.value_exact<std::int64_t>()) return static_cast<double>(*whole);
      if (const auto number = node.value_exact<double>()) return *number;
      throw UsageError("{}: not a number (allowed: {})", origin, allowed_values(option));
    case ValueKind::text:
    case ValueKind::path:
      break;
  }
  if (auto text = node.value_exact<std::string>()) return *std::move(text);
  throw UsageError("{}: not a text in quotes", origin);
}

/// The keys listed in `asked`; nullopt where a file has no such list.
std::optional<std::set<std::string>> asked_keys(const toml::table& file, const fs::path& path) {
  const toml::node* node = file.get("asked");
  if (node == nullptr) return std::nullopt;
  const auto fail = [&](const toml::node& at) { throw UsageError("{}: asked: not a list of keys", position(path, at.source())); };
  if (!node->is_array()) fail(*node);
  std::set<std::string> keys;
  for (const toml::node& element : *node->as_array()) {
    if (!element.is_string()) fail(element);
    keys.insert(element.as_string()->get());
  }
  return keys;
}

enum class Purpose { a_new_run, the_run_itself };

AskedOptions options_in(const toml::table& file, const fs::path& path, Purpose purpose) {
  const auto asked = asked_keys(file, path);
  AskedOptions options;
  for (const auto& [key, node] : file) {
    if (key == "asked" || key == "recorded") continue;
    const std::string origin = fmt::format("{}: {}", position(path, key.source()), key.str());
    const Option& option = option_of_key(key.str(), origin);
    Value value = value_of(option, node, origin);
    check_value(option, value, origin);
    const bool chosen_anew = option.may_change_on_resume || (purpose == Purpose::a_new_run && option.follows_other_options);
    if (asked && chosen_anew && !asked->contains(option.key())) continue;
    options.emplace(option.name, Asked{std::move(value), origin});
  }
  return options;
}

template <typename T>
T recorded(const toml::table& file, std::string_view key, const fs::path& path) {
  if (auto value = file.at_path("recorded")[key].value_exact<T>()) return *std::move(value);
  throw DataError("{}: recorded.{} is missing or of the wrong type", path.string(), key);
}

/// A run of before texts could be joined otherwise does not tell.
TextJoin recorded_join(const toml::table& file, const fs::path& path) {
  if (!file.at_path("recorded.join")) return TextJoin::space;
  const auto join = from_word<TextJoin>(recorded<std::string>(file, "join", path));
  if (!join) throw DataError("{}: recorded.join is not one of {}", path.string(), fmt::join(enum_words<TextJoin>, ", "));
  return *join;
}

RunRecord record_in(const toml::table& file, const fs::path& path) {
  RunRecord record;
  record.data = path_of_text(recorded<std::string>(file, "data", path));
  record.sha256 = {.data = recorded<std::string>(file, "data_sha256", path),
                   .weights = recorded<std::string>(file, "weights_sha256", path),
                   .geometry = recorded<std::string>(file, "geometry_sha256", path),
                   .init = recorded<std::string>(file, "init_sha256", path),
                   .tokenizer = recorded<std::string>(file, "tokenizer_sha256", path)};
  record.max_length = recorded<std::int64_t>(file, "max_length", path);
  record.join = recorded_join(file, path);
  record.synthetic = recorded<bool>(file, "synthetic", path);
  record.random_base = recorded<bool>(file, "random_base", path);
  record.started = recorded<std::string>(file, "started", path);
  record.device_name = file.at_path("recorded.device_name").value_or(std::string());
  if (const toml::array* names = file.at_path("recorded.class_names").as_array()) {
    for (const toml::node& name : *names) record.class_names.push_back(name.value_or(std::string()));
  }
  if (record.class_names.empty()) throw DataError("{}: recorded.class_names is missing or empty", path.string());
  return record;
}

/// The key of a line as config_text writes it; empty for another line.
std::string_view key_of_line(std::string_view line) {
  const std::size_t end = line.find(" = ");
  return end == line.npos || line.starts_with('#') ? std::string_view() : line.substr(0, end);
}

bool may_change(std::string_view key) {
  if (key.empty() || key == "asked" || key == "data" || key == "device_name" || key == "seal") return true;
  const auto& table = train_options();
  const auto entry = std::find_if(table.begin(), table.end(), [&](const auto& one) { return one.option.key() == key; });
  return entry != table.end() && (entry->option.may_change_on_resume || entry->option.kind == ValueKind::path);
}

/// What result.json says of its run's config.toml; empty where there is none, or it is damaged, which is for its readers to tell.
std::string seal_in_result(const fs::path& path) {
  std::error_code unreadable;
  if (!fs::is_regular_file(path, unreadable)) return "";
  try {
    const nlohmann::json result = read_sealed_json(path, "");
    const auto found = result.find("config_seal");
    return found != result.end() && found->is_string() ? found->get<std::string>() : "";
  } catch (const DataError&) {
    return "";
  }
}

void check_config(const std::string& config, const std::string& seal, const fs::path& path) {
  const std::string now = config_seal(config);
  const auto check = [&](const std::string& sealed, const char* witness) {
    if (sealed.empty() || sealed == now) return;
    throw DataError(
        "{}: not the options that the run was started with, by the seal in {} ({:.12}.., but the lines give {:.12}..): the file was "
        "changed or damaged; put it back as it was, or start a new run by --config",
        path.string(), witness, sealed, now);
  };
  check(seal, "itself");
  check(seal_in_result(path.parent_path() / "result.json"), "result.json");
}

std::string recorded_seal(const toml::table& file) { return file.at_path("recorded.seal").value_or(std::string()); }

}  // namespace

std::string config_seal(std::string_view config) {
  Sha256 hash;
  while (!config.empty()) {
    const std::size_t end = std::min(config.find('\n'), config.size() - 1) + 1;
    const std::string_view line = config.substr(0, end);
    if (!may_change(key_of_line(line))) hash.update(std::as_bytes(std::span(line)));
    config.remove_prefix(end);
  }
  return hash.hex();
}

std::string config_text(const TrainConfig& config, const AskedOptions& asked, const RunRecord& record) {
  std::vector<std::string> asked_names;
  std::string options;
  for (const auto& entry : train_options()) {
    const Option& option = entry.option;
    if (!option.is_of(config.model)) continue;
    if (asked.contains(option.name)) asked_names.push_back(option.key());
    const Value value = entry.get(config);
    if (to_text(value).empty()) continue;  // a path that was not given
    options += fmt::format("{} = {}\n", option.key(), option_toml(option, value));
  }
  const std::string device = record.device_name.empty() ? "" : fmt::format("device_name = {}\n", toml_text(record.device_name));
  const std::string text = fmt::format(
      "{}\n"
      "# those that were given; the others are defaults\nasked = {}\n\n{}\n"
      "[recorded]\ndata = {}\ndata_sha256 = {}\nweights_sha256 = {}\ngeometry_sha256 = {}\ninit_sha256 = {}\ntokenizer_sha256 = {}\n"
      "class_names = {}\nmax_length = {}\njoin = {}\nsynthetic = {}\nrandom_base = {}\nstarted = {}\n{}",
      header, toml_list(asked_names), options, toml_text(path_text(record.data)), toml_text(record.sha256.data),
      toml_text(record.sha256.weights), toml_text(record.sha256.geometry), toml_text(record.sha256.init),
      toml_text(record.sha256.tokenizer), toml_list(record.class_names), record.max_length, toml_text(std::string(to_word(record.join))),
      record.synthetic, record.random_base, toml_text(record.started), device);
  return fmt::format("{}seal = \"{}\"\n", text, config_seal(text));
}

AskedOptions read_config(const fs::path& path) { return options_in(parse(read_text(path), path), path, Purpose::a_new_run); }

AskedOptions run_options(const std::string& config) {
  return options_in(parse(config, "config.toml"), "config.toml", Purpose::the_run_itself);
}

StoredRun read_run(const fs::path& run) {
  const fs::path path = run / "config.toml";
  if (!fs::exists(path)) throw DataError("{}: no run stands there (it has no config.toml)", run.string());
  try {
    const std::string config = read_text(path);
    const toml::table file = parse(config, path);
    const std::string seal = recorded_seal(file);
    check_config(config, seal, path);
    return {.options = options_in(file, path, Purpose::the_run_itself), .record = record_in(file, path), .sealed = !seal.empty()};
  } catch (const UsageError& error) {
    throw DataError("{}", error.what());
  }
}

void check_run(const fs::path& run) {
  const fs::path path = run / "config.toml";
  if (!fs::exists(path)) return;
  try {
    const std::string config = read_text(path);
    check_config(config, recorded_seal(parse(config, path)), path);
  } catch (const UsageError& error) {
    throw DataError("{}", error.what());
  }
}

AskedOptions resumed_options(const AskedOptions& stored, const AskedOptions& asked) {
  AskedOptions options = stored;
  const TrainConfig before = filled_config(stored);
  std::string differences;
  bool moves = false;  // from one kind of device to another
  for (const auto& entry : train_options()) {
    const Option& option = entry.option;
    const auto found = asked.find(option.name);
    if (found == asked.end()) continue;
    if (option.may_change_on_resume) {
      options.insert_or_assign(std::string(option.name), found->second);
      continue;
    }
    if (std::holds_alternative<Automatic>(found->second.value)) continue;  // as the run resolved it
    if (option.kind == ValueKind::path) {                                  // what lies there is compared, not where
      options.insert_or_assign(std::string(option.name), found->second);
      continue;
    }
    const Value was = entry.get(before);
    if (option_toml(option, was) != option_toml(option, found->second.value)) {
      if (option.name == "device") moves = true;
      differences += fmt::format("\n  {}: {}, but the run was started with {}", found->second.origin, to_text(found->second.value),
                                 to_text(was).empty() ? "none" : to_text(was));
    }
  }
  if (moves) differences += fmt::format("\n{}", other_device_advice);
  if (!differences.empty()) throw UsageError("--resume goes on with the options that the run was started with:{}", differences);
  return options;
}

}  // namespace agsweep
