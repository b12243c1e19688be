#pragma once

#include <array>
#include <span>
#include <string_view>

namespace agsweep {

/// What a topic talks with: nouns that stand after an article or adjective, verbs in the past tense. The commonest first.
struct TopicWords {
  std::span<const std::string_view> nouns;
  std::span<const std::string_view> verbs;
};

/// Of World, Sports, Business and Sci/Tech, in that order; some words belong to two topics.
std::span<const TopicWords, 4> topic_words();

/// What every topic talks with.
struct SharedWords {
  std::span<const std::string_view> nouns;
  std::span<const std::string_view> verbs;  // past tense
  std::span<const std::string_view> adjectives;
  std::span<const std::string_view> first_names;
  std::span<const std::string_view> last_names;
  std::span<const std::string_view> places;
  std::span<const std::string_view> agencies;
  std::span<const std::string_view> days;
};
const SharedWords& shared_words();

/// Parts of made-up proper names: a start, a middle and an end make "Velmora".
struct NameParts {
  std::span<const std::string_view> starts;
  std::span<const std::string_view> middles;
  std::span<const std::string_view> ends;
};
const NameParts& name_parts();

/// Headlines and sentences of one to two clauses; a word that starts with $ is a slot ($name, $noun, $verb of the topic, $thing,
/// $act, $adjective, $person, $place, $agency, $day, $count shared), perhaps with a sign behind it.
std::span<const std::string_view> headlines();
std::span<const std::string_view> sentences();

}  // namespace agsweep
