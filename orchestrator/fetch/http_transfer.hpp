#pragma once

#include "base/error.hpp"
#include "orchestrator/fetch/download.hpp"
#include "orchestrator/fetch/part_file.hpp"

namespace agsweep {

/// The server or the way to it failed, and another try may go better.
struct TransferCut : RunTimeError {
  using RunTimeError::RunTimeError;
};

/// Asks the server once for what the part lacks, and appends what it sends. By libcurl, which reads proxies from the environment.
/// @throws TransferCut, RunTimeError when no other try would help, DataError when the server's file has another size
void receive(const DownloadRequest& request, PartFile& part);

}  // namespace agsweep
