#pragma once

namespace agsweep {

/// What an evaluation keeps of each row. hidden: the state of its last token behind the last norm, which the head reads.
enum class Keep { logits, logits_and_hidden };

}  // namespace agsweep
