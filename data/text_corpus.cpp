#include "data/text_corpus.hpp"

#include <algorithm>  // std::min
#include <atomic>
#include <exception>  // std::exception_ptr
#include <thread>

#include "base/error.hpp"
#include "base/thread.hpp"

namespace agsweep {

TokenizedTexts tokenize_texts(std::span<const LabelledText> texts, const Tokenizer& tokenizer, std::size_t max_length, int threads,
                              const std::function<void(std::size_t)>& progress) {
  constexpr std::size_t block = 256;  // texts that a thread takes at once
  TokenizedTexts result;
  result.tokens.resize(texts.size());
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> done = 0;

  const auto work = [&](bool report) {
    Tokenizer::Encoder encoder(tokenizer);
    for (std::size_t start = 0; (start = next.fetch_add(block)) < texts.size();) {
      const std::size_t end = std::min(start + block, texts.size());
      // One token more than is kept tells whether the text was cut.
      for (std::size_t i = start; i < end; ++i) encoder.encode(texts[i].text, max_length + 1, result.tokens[i]);
      done += end - start;
      if (report && progress) progress(done);
    }
  };

  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(std::max(threads, 1)));
  {
    const auto guarded = [&](std::size_t thread) {
      try {
        work(thread == 0);
      } catch (...) {
        failures[thread] = std::current_exception();
        next = texts.size();  // the others stop after their block
      }
    };
    std::vector<std::jthread> others;
    try {
      for (std::size_t thread = 1; thread < failures.size(); ++thread) {
        others.push_back(start_thread("the tokenizer", [&guarded, thread] { guarded(thread); }));
      }
    } catch (const RunTimeError&) {
      failures[0] = std::current_exception();
      next = texts.size();
    }
    if (!failures[0]) guarded(0);
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }

  result.cut.reserve(texts.size());
  for (auto& tokens : result.tokens) {
    result.cut.push_back(tokens.size() > max_length);
    if (result.cut.back()) tokens.pop_back();
  }
  return result;
}

}  // namespace agsweep
