#pragma once

namespace agsweep::testing_support {

/// Communicators of this process that are neither destroyed nor aborted, and their calls that still run.
int live_nccl_communicators();

}  // namespace agsweep::testing_support
