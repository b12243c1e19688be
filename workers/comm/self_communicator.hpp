#pragma once

#include "workers/comm/communicator.hpp"

namespace agsweep {

/// A group of one, without MPI: reductions and broadcasts leave the values as they are.
class SelfCommunicator final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void at(std::string_view, std::int64_t) override {}
  void checkpointed(std::int64_t) override {}
  /// @throws RankFailure from these three: there is no other rank
  void send(int to, std::span<const std::byte> message) override;
  void receive(int from, std::span<std::byte> message) override;
  void exchange(int partner, std::span<const std::byte> out, std::span<std::byte> in) override;
  void alarm() override {}
  bool alarmed() override { return false; }
  void all_reduce_sum(std::span<float>) override {}
  void all_reduce_sum(std::span<double>) override {}
  void all_reduce_sum(std::span<std::int64_t>) override {}
  void all_reduce_max(std::span<std::int64_t>) override {}
  void broadcast(int, std::span<std::byte>) override {}
  void barrier() override {}
};

}  // namespace agsweep
