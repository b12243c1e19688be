#include "orchestrator/sweep/group_message.hpp"

#include <type_traits>  // std::is_empty_v

#include "base/error.hpp"
#include "base/json.hpp"
#include "orchestrator/options/train_options.hpp"

namespace agsweep {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(GroupMessage::Progress, trial, epoch, step, total_steps, loss)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(GroupMessage::Reported, trial, epoch, value, config_hash)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(GroupMessage::Ended, trial, done, seconds, config_hash)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(GroupMessage::Failed, trial, reason, retry, no_room)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(GroupOrder::Train, trial, seed, epochs, point)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(GroupOrder::GoOn, trial, keep)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(GroupOrder::Leave, trial, keep)

namespace {

nlohmann::json value_json(const Value& value) {
  if (const auto* on = std::get_if<bool>(&value)) return *on;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return to_text(value);
}

Value value_from(const nlohmann::json& json, ValueKind kind) {
  switch (kind) {
    case ValueKind::on_off:
      return json.get<bool>();
    case ValueKind::integer:
      return json.get<std::int64_t>();
    case ValueKind::number:
      return json.get<double>();
    case ValueKind::text:
    case ValueKind::path:
      break;
  }
  return json.get<std::string>();
}

}  // namespace

/// By the names of the option table, which has every field but `resume`.
static void to_json(nlohmann::json& json, const GroupTask::Train& task) {
  nlohmann::json config;
  for (const auto& entry : train_options()) config[entry.option.key()] = value_json(entry.get(task.config));
  json = {{"trial", task.trial}, {"config", std::move(config)}, {"resume", task.config.resume}, {"own_threads", task.own_threads}};
}

static void from_json(const nlohmann::json& json, GroupTask::Train& task) {
  json.at("trial").get_to(task.trial);
  for (const auto& entry : train_options()) {
    const std::string key = entry.option.key();
    const Value value = value_from(json.at("config").at(key), entry.option.kind);
    if (!to_text(value).empty()) check_value(entry.option, value, key);  // a path may be empty
    entry.set(task.config, value);
  }
  json.at("resume").get_to(task.config.resume);
  json.at("own_threads").get_to(task.own_threads);
}

namespace {

/// [which alternative, its fields]
template <typename... What>
nlohmann::json variant_json(const std::variant<What...>& what) {
  const auto fields = [](const auto& one) {
    if constexpr (std::is_empty_v<std::decay_t<decltype(one)>>) {
      return nlohmann::json();
    } else {
      return nlohmann::json(one);
    }
  };
  return nlohmann::json::array({what.index(), std::visit(fields, what)});
}

template <typename Variant, std::size_t I = 0>
Variant variant_from(const nlohmann::json& json) {
  if constexpr (I == std::variant_size_v<Variant>) {
    throw RunTimeError("a message between ranks is damaged: it is of no kind that there is");
  } else {
    using What = std::variant_alternative_t<I, Variant>;
    if (json.at(0) != I) return variant_from<Variant, I + 1>(json);
    What what{};
    if constexpr (!std::is_empty_v<What>) json.at(1).get_to(what);
    return what;
  }
}

std::string text_of(const nlohmann::json& json) {
  // A failure's reason may hold bytes of a damaged file.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string encoded(const GroupMessage& message) { return text_of({{"group", message.group}, {"what", variant_json(message.what)}}); }
std::string encoded(const GroupOrder& order) { return text_of({{"group", order.group}, {"what", variant_json(order.what)}}); }
std::string encoded(const GroupTask& task) { return text_of({{"what", variant_json(task.what)}}); }

template <typename T>
T decoded(const std::string& text) try {
  const auto json = nlohmann::json::parse(text);
  T message;
  if constexpr (requires { message.group; }) json.at("group").get_to(message.group);
  message.what = variant_from<decltype(message.what)>(json.at("what"));
  return message;
} catch (const nlohmann::json::exception& error) {
  throw RunTimeError("a message between ranks is damaged: {}", error.what());
} catch (const UsageError& error) {
  throw RunTimeError("a message between ranks is damaged: {}", error.what());
}

template GroupMessage decoded(const std::string& text);
template GroupOrder decoded(const std::string& text);
template GroupTask decoded(const std::string& text);

}  // namespace agsweep
