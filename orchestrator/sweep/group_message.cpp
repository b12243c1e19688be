#include "orchestrator/sweep/group_message.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace agsweep {

namespace {

template <typename Read>
auto parsed(const std::string& text, Read read) try {
  return read(nlohmann::json::parse(text));
} catch (const nlohmann::json::exception& error) {
  throw RunTimeError("a message between ranks is damaged: {}", error.what());
}

}  // namespace

std::string to_text(const GroupMessage& message) {
  const nlohmann::json json = {static_cast<int>(message.kind),
                               message.group,
                               message.trial,
                               message.epoch,
                               message.step,
                               message.total_steps,
                               message.value,
                               message.seconds,
                               message.text,
                               message.retry};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string to_text(const GroupOrder& order) {
  return nlohmann::json{static_cast<int>(order.kind), order.group, order.trial, order.seed, order.point, order.keep}.dump();
}

GroupMessage group_message(const std::string& text) {
  return parsed(text, [](const nlohmann::json& json) {
    return GroupMessage{.kind = static_cast<GroupMessage::Kind>(json.at(0).get<int>()),
                        .group = json.at(1).get<int>(),
                        .trial = json.at(2).get<std::int64_t>(),
                        .epoch = json.at(3).get<std::int64_t>(),
                        .step = json.at(4).get<std::int64_t>(),
                        .total_steps = json.at(5).get<std::int64_t>(),
                        .value = json.at(6).get<double>(),
                        .seconds = json.at(7).get<double>(),
                        .text = json.at(8).get<std::string>(),
                        .retry = json.at(9).get<bool>()};
  });
}

GroupOrder group_order(const std::string& text) {
  return parsed(text, [](const nlohmann::json& json) {
    return GroupOrder{.kind = static_cast<GroupOrder::Kind>(json.at(0).get<int>()),
                      .group = json.at(1).get<int>(),
                      .trial = json.at(2).get<std::int64_t>(),
                      .seed = json.at(3).get<std::int64_t>(),
                      .point = json.at(4).get<Point>(),
                      .keep = json.at(5).get<bool>()};
  });
}

}  // namespace agsweep
