#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>

#include "workers/comm/control_channel.hpp"
#include "workers/comm/mpi_handle.hpp"

namespace agsweep {

class MpiControlChannel final : public ControlChannel {
 public:
  /// Collective over parent.
  MpiControlChannel(MPI_Comm parent, double timeout_seconds) : comm_(MpiComm::dup(parent, timeout_seconds)) {}
  ~MpiControlChannel() override;
  MpiControlChannel(const MpiControlChannel&) = delete;
  MpiControlChannel& operator=(const MpiControlChannel&) = delete;

  void send(int to, std::string text) override;
  std::optional<Letter> receive() override;

 private:
  struct Outgoing {
    std::string text;
    MPI_Request request = MPI_REQUEST_NULL;
  };
  void drop_delivered();

  MpiComm comm_;
  std::unique_ptr<std::list<Outgoing>> outgoing_ = std::make_unique<std::list<Outgoing>>();  // a list: MPI reads a text where it was
};

}  // namespace agsweep
