#include "data/bpe.hpp"

#include <algorithm>  // std::push_heap, std::reverse
#include <bit>        // std::bit_ceil
#include <tuple>      // std::tie
#include <unordered_map>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/utf8_text.hpp"
#include "data/utf8.hpp"

namespace agsweep {

namespace {

constexpr std::size_t max_vocabulary = 65'536;                             // token ids are stored as uint16
constexpr std::size_t longest_whole_word = std::size_t{1} << 20;           // bytes
constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();  // no neighbour

using Vocabulary = std::unordered_map<std::string, std::uint16_t>;

Vocabulary parse_vocabulary(std::string_view text, const std::string& name) {
  std::size_t keys = 0;
  const auto count_keys = [&](int, nlohmann::json::parse_event_t event, nlohmann::json&) {
    if (event == nlohmann::json::parse_event_t::key) ++keys;
    return true;
  };
  nlohmann::json json;
  try {
    json = nlohmann::json::parse(text, count_keys);
  } catch (const nlohmann::json::exception& error) {
    throw DataError("{}: {}", name, error.what());
  }
  if (!json.is_object()) throw DataError("{}: expected an object of tokens and their ids", name);
  if (json.size() > max_vocabulary) throw DataError("{}: {} tokens; at most {} are supported", name, json.size(), max_vocabulary);

  Vocabulary vocabulary;
  std::vector<bool> taken(json.size());
  for (const auto& [token, id] : json.items()) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= json.size()) {
      throw DataError("{}: token \"{}\": the id {} is not one of 0 .. {}", name, token, id.is_structured() ? id.type_name() : id.dump(),
                      json.size() - 1);
    }
    const auto value = id.get<std::uint16_t>();
    if (taken[value]) throw DataError("{}: the id {} is given to two tokens", name, value);
    taken[value] = true;
    vocabulary.emplace(token, value);
  }
  // After the ids, so that a nested object is reported as a bad id first.
  if (keys != json.size()) throw DataError("{}: a token stands there twice", name);
  return vocabulary;
}

/// GPT-2's printable alphabet: a printable Latin-1 byte stands for itself, the others follow from U+0100 on.
std::array<std::string, 256> byte_spellings() {
  std::array<std::string, 256> spellings;
  char32_t next = 0x100;
  for (std::size_t byte = 0; byte < spellings.size(); ++byte) {
    const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    append_utf8(printable ? static_cast<char32_t>(byte) : next++, spellings[byte]);
  }
  return spellings;
}

/// A heap's order: true when b is to be joined before a. The lowest rank first, from left to right.
template <typename Candidate>
bool later(const Candidate& a, const Candidate& b) {
  return std::tie(a.rank, a.position) > std::tie(b.rank, b.position);
}

}  // namespace

Bpe::Bpe(std::string_view vocabulary_json, const std::string& vocabulary_name, std::string_view merges, const std::string& merges_name) {
  const Vocabulary vocabulary = parse_vocabulary(utf8_text(vocabulary_json, vocabulary_name), vocabulary_name);
  merges = utf8_text(merges, merges_name);
  vocabulary_size_ = vocabulary.size();

  bytes_of_.resize(vocabulary_size_);
  const auto spellings = byte_spellings();
  for (std::size_t byte = 0; byte < spellings.size(); ++byte) {
    const auto found = vocabulary.find(spellings[byte]);
    if (found == vocabulary.end()) throw DataError("{}: no token for the byte 0x{:02x} (\"{}\")", vocabulary_name, byte, spellings[byte]);
    byte_tokens_[byte] = found->second;
    bytes_of_[found->second] = static_cast<char>(byte);
  }

  const auto lines = static_cast<std::size_t>(std::count(merges.begin(), merges.end(), '\n')) + 1;
  merges_.resize(std::bit_ceil(2 * lines));
  std::uint32_t rank = 0;
  std::size_t line_number = 0;
  while (!merges.empty()) {
    const std::string_view line = merges.substr(0, merges.find('\n'));
    merges.remove_prefix(std::min(merges.size(), line.size() + 1));
    ++line_number;
    if (line_number == 1 && line.starts_with("#version")) continue;

    const auto fail = [&](const std::string& what) { throw DataError("{}:{}: {}", merges_name, line_number, what); };
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos || line.find(' ', blank + 1) != std::string_view::npos)
      fail("expected two tokens with one space between");
    const auto token_of = [&](const std::string& spelling) {
      const auto found = vocabulary.find(spelling);
      if (found == vocabulary.end()) fail(fmt::format("\"{}\" is not in {}", spelling, vocabulary_name));
      return found->second;
    };
    const std::string left(line.substr(0, blank));
    const std::string right(line.substr(blank + 1));
    const Merge merge{.left = token_of(left), .right = token_of(right), .rank = rank++, .token = token_of(left + right)};
    Merge& slot = merges_[slot_of(merge.left, merge.right)];
    if (slot.rank != no_rank) fail("the pair stands there twice");
    slot = merge;
    bytes_of_[merge.token] = bytes_of_[merge.left] + bytes_of_[merge.right];
  }
  if (rank == 0) throw DataError("{}: no merges", merges_name);
  // A file that lost its last lines would tokenise otherwise without a word.
  for (const auto& [spelling, token] : vocabulary) {
    const bool special = spelling.starts_with("<|") && spelling.ends_with("|>");
    if (bytes_of_[token].empty() && !special) throw DataError("{}: no merge makes \"{}\" of {}", merges_name, spelling, vocabulary_name);
  }
  for (std::size_t token = 0; token < bytes_of_.size(); ++token) {
    if (bytes_of_[token].empty()) continue;
    token_of_.emplace(bytes_of_[token], static_cast<std::uint16_t>(token));
    longest_token_ = std::max(longest_token_, bytes_of_[token].size());
  }
}

std::size_t Bpe::slot_of(std::uint16_t left, std::uint16_t right) const {
  const std::size_t mask = merges_.size() - 1;
  std::size_t slot = ((std::uint64_t{left} << 16 | right) * 0x9E3779B97F4A7C15) >> 32 & mask;
  while (merges_[slot].rank != no_rank && (merges_[slot].left != left || merges_[slot].right != right)) slot = (slot + 1) & mask;
  return slot;
}

void Bpe::push_candidate(Scratch& scratch, std::uint32_t position) const {
  const auto& symbol = scratch.symbols[position];
  if (symbol.next == none) return;
  const std::uint16_t right = scratch.symbols[symbol.next].token;
  const Merge& merge = merges_[slot_of(symbol.token, right)];
  if (merge.rank == no_rank) return;
  scratch.heap.push_back({.rank = merge.rank, .position = position, .left = symbol.token, .right = right});
  std::push_heap(scratch.heap.begin(), scratch.heap.end(), later<Scratch::Candidate>);
}

void Bpe::encode_word(std::string_view word, std::size_t max_tokens, Scratch& scratch, std::vector<std::uint16_t>& tokens) const {
  if (word.size() >= none) throw DataError("a word of {} bytes is too long", word.size());
  // Below that the whole word takes less time.
  if (word.size() > longest_whole_word && max_tokens <= longest_whole_word / 256) return encode_front(word, max_tokens, scratch, tokens);
  encode_whole(word, scratch, tokens);
}

bool Bpe::encodes_as(std::string_view bytes, std::span<const std::uint16_t> expected, Scratch& scratch) const {
  scratch.tokens.clear();
  encode_whole(bytes, scratch, scratch.tokens);
  return std::equal(scratch.tokens.begin(), scratch.tokens.end(), expected.begin(), expected.end());
}

/// Tokens are a text's encoding if and only if each two neighbours are that of their own bytes: the first merge across the border of two
/// would happen in their bytes alone too, since what was merged before lay within one of them. So the encoding of a front of the word is
/// that of a shorter front and one token, which a table from left to right finds. The whole word's encoding has a border in each stretch
/// of longest_token_ bytes: once all fronts that end in one begin with the same tokens, so does the word.
void Bpe::encode_front(std::string_view word, std::size_t max_tokens, Scratch& scratch, std::vector<std::uint16_t>& tokens) const {
  struct Front {
    std::uint16_t last = 0;      // token
    std::uint32_t count = 0;     // of tokens
    std::size_t settled = none;  // bytes of its first max_tokens tokens; none while it has fewer
  };
  std::vector<Front> fronts(1);  // by their bytes
  std::size_t same = 0;          // fronts at the end that are settled alike
  while (fronts.size() <= word.size() && same < longest_token_) {
    const std::size_t end = fronts.size();
    Front front;
    for (std::size_t bytes = std::min(end, longest_token_); bytes > 0; --bytes) {
      const auto found = token_of_.find(word.substr(end - bytes, bytes));
      if (found == token_of_.end()) continue;
      const Front& before = fronts[end - bytes];
      const std::array<std::uint16_t, 2> pair = {before.last, found->second};
      const std::size_t first = before.count == 0 ? 1 : 0;  // the word's first token has no neighbour
      const std::size_t start = end - bytes - (first == 1 ? 0 : bytes_of_[before.last].size());
      if (!encodes_as(word.substr(start, end - start), std::span(pair).subspan(first), scratch)) continue;
      front = {.last = found->second, .count = before.count + 1, .settled = before.count + 1 == max_tokens ? end : before.settled};
      break;
    }
    same = front.settled == none ? 0 : front.settled == fronts.back().settled ? same + 1 : 1;
    fronts.push_back(front);
  }
  const std::size_t first = tokens.size();
  for (std::size_t end = std::min(fronts.back().settled, fronts.size() - 1); end > 0; end -= bytes_of_[fronts[end].last].size()) {
    tokens.push_back(fronts[end].last);
  }
  std::reverse(tokens.begin() + static_cast<std::ptrdiff_t>(first), tokens.end());
}

void Bpe::encode_whole(std::string_view word, Scratch& scratch, std::vector<std::uint16_t>& tokens) const {
  auto& symbols = scratch.symbols;
  auto& heap = scratch.heap;
  const auto count = static_cast<std::uint32_t>(word.size());
  symbols.clear();
  heap.clear();
  for (std::uint32_t i = 0; i < count; ++i) {
    symbols.push_back({.token = byte_tokens_[static_cast<unsigned char>(word[i])],
                       .joined = false,
                       .previous = i == 0 ? none : i - 1,
                       .next = i + 1 == count ? none : i + 1});
  }
  for (std::uint32_t i = 0; i < count; ++i) push_candidate(scratch, i);

  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later<Scratch::Candidate>);
    const auto best = heap.back();
    heap.pop_back();
    auto& left = symbols[best.position];
    if (left.joined || left.next == none || left.token != best.left || symbols[left.next].token != best.right) continue;  // out of date
    symbols[left.next].joined = true;
    left.token = merges_[slot_of(best.left, best.right)].token;
    left.next = symbols[left.next].next;
    if (left.next != none) symbols[left.next].previous = best.position;
    if (left.previous != none) push_candidate(scratch, left.previous);
    push_candidate(scratch, best.position);
  }
  for (const auto& symbol : symbols) {
    if (!symbol.joined) tokens.push_back(symbol.token);
  }
}

}  // namespace agsweep
