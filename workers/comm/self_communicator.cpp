#include "workers/comm/self_communicator.hpp"

#include "base/error.hpp"

namespace agsweep {

namespace {

[[noreturn]] void no_partner(int rank) { throw RankFailure("rank {} is not in this group of one", rank); }

}  // namespace

void SelfCommunicator::send(int to, std::span<const std::byte>) { no_partner(to); }
void SelfCommunicator::receive(int from, std::span<std::byte>) { no_partner(from); }
void SelfCommunicator::exchange(int partner, std::span<const std::byte>, std::span<std::byte>) { no_partner(partner); }

}  // namespace agsweep
