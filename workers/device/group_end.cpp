#include "workers/device/group_end.hpp"

#include <cstdint>
#include <utility>  // std::move

namespace agsweep {

namespace {

/// What a rank says of a phase to the others; the largest word counts.
enum class Word : std::int64_t {
  go_on,
  stop,    // a signal asked for a checkpoint
  heard,   // of another rank's failure: that one has the reason, if it can still tell it
  failed,  // itself
};

Word word_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const PeerFailure&) {
    return Word::heard;
  } catch (...) {
    return Word::failed;
  }
}

}  // namespace

bool agree(Communicator& comm, DeviceCommunicator* group, bool stop_requested, std::exception_ptr failure,
           const std::function<void()>& check) {
  const auto own = [&] { return failure ? word_of(failure) : stop_requested ? Word::stop : Word::go_on; };
  const auto greatest = [&] {
    auto word = static_cast<std::int64_t>(own());
    comm.all_reduce_max({&word, 1});
    return static_cast<Word>(word);
  };
  Word said = greatest();
  if (said == Word::heard) {
    // The rank that the others have heard of may have given its word before its own library told it.
    if (std::exception_ptr later = failure_of(check)) failure = std::move(later);
    said = greatest();
  }
  if (said >= Word::heard) {
    if (group != nullptr) group->abort();  // on all ranks, or its end would wait for those that have
    together(comm, [&] {
      if (failure && own() == said) std::rethrow_exception(failure);
    });
  }
  return said == Word::stop;
}

}  // namespace agsweep
