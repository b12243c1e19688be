#pragma once

#include <cstddef>  // std::byte
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace agsweep {

/// How the ranks of one group talk. Every wait has a deadline: a rank that does not answer in time ends as a RankFailure, never as a hang.
///
/// Back ends: SelfCommunicator (a group of one, no MPI) and MpiCommunicator. Calls come from one thread of a rank.
/// The methods from all_reduce_sum on are collective: every rank of the group calls them, in the same order, with the same sizes.
/// @throws RankFailure from each of them
class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// What a message of the watchdog or of a missed deadline should name: ("the all-reduce of step", 812).
  /// The progress counter goes up by one: call it wherever work advances. @param number  completes the phase; below 0: none
  virtual void at(std::string_view phase, std::int64_t number) = 0;
  /// The step that such a message names as the last checkpoint.
  virtual void checkpointed(std::int64_t step) = 0;

  /// Messages between two ranks arrive in the order sent; sizes must match.
  virtual void send(int to, std::span<const std::byte> message) = 0;
  virtual void receive(int from, std::span<std::byte> message) = 0;
  /// Both at once with one partner, without deadlock. Sizes may differ.
  virtual void exchange(int partner, std::span<const std::byte> out, std::span<std::byte> in) = 0;

  /// Tells the others that this rank comes to the next collective call with a failure: what it owes them elsewhere, on a device, they must
  /// not wait for. Waits for nobody.
  virtual void alarm() = 0;
  /// Whether another rank has called alarm() since this one's last collective call. Does not wait.
  virtual bool alarmed() = 0;

  /// In place; the sum's order, and so its last bits, are the back end's.
  virtual void all_reduce_sum(std::span<float> values) = 0;
  virtual void all_reduce_sum(std::span<double> values) = 0;
  virtual void all_reduce_sum(std::span<std::int64_t> values) = 0;
  virtual void all_reduce_max(std::span<std::int64_t> values) = 0;

  virtual void broadcast(int root, std::span<std::byte> bytes) = 0;
  virtual void barrier() = 0;
};

/// Runs `work` on every rank; when it throws on some, every rank throws the failure of the lowest such rank, with its exit code, and naming
/// it unless all failed. So a group leaves a phase together, with the reason. Collective over comm; `work` itself need not be collective.
void together(Communicator& comm, const std::function<void()>& work);

/// The same for work that only rank 0 does (writing files), the others waiting.
void on_rank_zero(Communicator& comm, const std::function<void()>& work);

/// A text of rank 0, of any size, for all. Collective over comm.
void broadcast_text(Communicator& comm, std::string& text);

}  // namespace agsweep
