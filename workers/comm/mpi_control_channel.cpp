#include "workers/comm/mpi_control_channel.hpp"

#include <chrono>
#include <thread>   // std::this_thread::sleep_for
#include <utility>  // std::move

#include "base/error.hpp"

namespace agsweep {

namespace {

constexpr int tag = 0;

}  // namespace

MpiControlChannel::~MpiControlChannel() {
  try {
    for (int look = 0; look < 50 && !outgoing_->empty(); ++look) {
      drop_delivered();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  } catch (const RunTimeError&) {
    // MPI has failed: what is under way is lost.
  }
  if (outgoing_->empty()) return;
  // MPI may still read these texts, and they must not meet another communicator's messages.
  static_cast<void>(outgoing_.release());
  comm_.release();
}

void MpiControlChannel::drop_delivered() {
  std::erase_if(*outgoing_, [](Outgoing& message) {
    int done = 0;
    AGSWEEP_MPI(MPI_Test(&message.request, &done, MPI_STATUS_IGNORE));
    return done != 0;
  });
}

void MpiControlChannel::send(int to, std::string text) {
  drop_delivered();
  Outgoing& message = outgoing_->emplace_back(Outgoing{.text = std::move(text)});
  AGSWEEP_MPI(MPI_Isend(message.text.data(), static_cast<int>(message.text.size()), MPI_BYTE, to, tag, comm_.get(), &message.request));
}

std::optional<ControlChannel::Letter> MpiControlChannel::receive() {
  drop_delivered();
  int arrived = 0;
  MPI_Message message{};
  MPI_Status status{};
  AGSWEEP_MPI(MPI_Improbe(MPI_ANY_SOURCE, tag, comm_.get(), &arrived, &message, &status));
  if (arrived == 0) return {};
  int bytes = 0;
  AGSWEEP_MPI(MPI_Get_count(&status, MPI_BYTE, &bytes));
  Letter letter{.from = status.MPI_SOURCE, .text = std::string(static_cast<std::size_t>(bytes), '\0')};
  AGSWEEP_MPI(MPI_Mrecv(letter.text.data(), bytes, MPI_BYTE, &message, MPI_STATUS_IGNORE));
  return letter;
}

}  // namespace agsweep
