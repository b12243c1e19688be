#include "workers/reduce/reduce.hpp"

#include <algorithm>  // std::copy, std::max
#include <bit>        // std::has_single_bit
#include <utility>    // std::move, std::pair
#include <vector>

namespace agsweep {

namespace {

/// Sums neighbouring gradients over the tree into gradients[0]; independent additions side by side.
void add_tree(std::span<Gradient> gradients, ThreadPool& pool) {
  // Additions by the height of their node: those of one height touch different gradients.
  std::vector<std::vector<std::pair<std::int64_t, std::int64_t>>> heights;
  const auto collect = [&](const auto& self, std::int64_t first, std::int64_t last) -> std::size_t {
    if (last - first == 1) return 0;
    const std::int64_t middle = tree_middle(first, last);
    const std::size_t height = std::max(self(self, first, middle), self(self, middle, last));
    if (heights.size() <= height) heights.resize(height + 1);
    heights[height].emplace_back(first, middle);
    return height + 1;
  };
  collect(collect, 0, static_cast<std::int64_t>(gradients.size()));
  for (const auto& additions : heights) {
    pool.run(static_cast<std::int64_t>(additions.size()), [&](std::int64_t index, int) {
      const auto [left, right] = additions[static_cast<std::size_t>(index)];
      add(gradients[static_cast<std::size_t>(left)], gradients[static_cast<std::size_t>(right)]);
    });
  }
}

/// What a rank must know of a gradient before it can receive it.
struct Header {
  std::int64_t rows;
  std::int64_t status;
  double loss;
};

Header header_of(const Gradient& gradient, StepStatus status) {
  return {static_cast<std::int64_t>(gradient.embedding.rows.size()), static_cast<std::int64_t>(status), gradient.loss};
}

template <typename Vector>
std::span<const std::byte> bytes_of(const Vector& values) {
  return std::as_bytes(std::span(values));
}
template <typename Vector>
std::span<std::byte> room_in(Vector& values) {
  return std::as_writable_bytes(std::span(values));
}

/// Makes room for a gradient of the shape that `like` and the header give.
Gradient room_for(const Header& header, const Gradient& like) {
  Gradient gradient;
  gradient.embedding.width = like.embedding.width;
  gradient.embedding.rows.resize(static_cast<std::size_t>(header.rows));
  gradient.embedding.values.resize(static_cast<std::size_t>(header.rows * like.embedding.width));
  gradient.dense.resize(like.dense.size());
  gradient.confusion.resize(like.confusion.size());
  gradient.loss = header.loss;
  return gradient;
}

StepStatus larger(StepStatus a, std::int64_t b) { return static_cast<StepStatus>(std::max(static_cast<std::int64_t>(a), b)); }

class TreeSum {
 public:
  TreeSum(Communicator& comm, std::span<Gradient> own, std::int64_t shards, StepStatus status, ThreadPool& pool)
      : comm_(comm), own_(own), shards_(shards), range_(shards_of(comm.rank(), comm.size(), shards)), status_(status), pool_(pool) {}

  StepStatus run() {
    const auto ranks = static_cast<std::uint64_t>(comm_.size());
    if (std::has_single_bit(ranks) && shards_ % comm_.size() == 0) {
      add_tree(own_, pool_);
      for (int distance = 1; distance < comm_.size(); distance *= 2) exchange(comm_.rank() ^ distance);
    } else {
      reduce(0, shards_);
      broadcast();
    }
    return status_;
  }

 private:
  int owner(std::int64_t shard) const { return owner_of(shard, comm_.size(), shards_); }
  Gradient& shard(std::int64_t index) { return own_[static_cast<std::size_t>(index - range_.first)]; }
  bool owns_any(std::int64_t first, std::int64_t last) const { return first < range_.last && range_.first < last; }

  /// Both partners add the same two numbers, and a + b = b + a to the bit.
  void exchange(int partner) {
    Gradient& mine = own_[0];
    const Header out = header_of(mine, status_);
    Header in{};
    comm_.exchange(partner, std::as_bytes(std::span(&out, 1)), std::as_writable_bytes(std::span(&in, 1)));
    Gradient other = room_for(in, mine);
    comm_.exchange(partner, bytes_of(mine.embedding.rows), room_in(other.embedding.rows));
    comm_.exchange(partner, bytes_of(mine.embedding.values), room_in(other.embedding.values));
    comm_.exchange(partner, bytes_of(mine.dense), room_in(other.dense));
    comm_.exchange(partner, bytes_of(mine.confusion), room_in(other.confusion));
    add(mine, other);
    status_ = larger(status_, in.status);
  }

  void reduce(std::int64_t first, std::int64_t last) {
    if (range_.first <= first && last <= range_.last) {
      add_tree(own_.subspan(static_cast<std::size_t>(first - range_.first), static_cast<std::size_t>(last - first)), pool_);
      return;
    }
    const std::int64_t middle = tree_middle(first, last);
    if (owns_any(first, middle)) reduce(first, middle);
    if (owns_any(middle, last)) reduce(middle, last);
    const int left = owner(first);
    const int right = owner(middle);
    if (left == right) {
      if (left == comm_.rank()) add(shard(first), shard(middle));
    } else if (left == comm_.rank()) {
      add(shard(first), receive(right));
    } else if (right == comm_.rank()) {
      send(left, shard(middle));
    }
  }

  void send(int to, const Gradient& gradient) {
    const Header header = header_of(gradient, status_);
    comm_.send(to, std::as_bytes(std::span(&header, 1)));
    comm_.send(to, bytes_of(gradient.embedding.rows));
    comm_.send(to, bytes_of(gradient.embedding.values));
    comm_.send(to, bytes_of(gradient.dense));
    comm_.send(to, bytes_of(gradient.confusion));
  }

  Gradient receive(int from) {
    Header header{};
    comm_.receive(from, std::as_writable_bytes(std::span(&header, 1)));
    Gradient gradient = room_for(header, own_[0]);
    comm_.receive(from, room_in(gradient.embedding.rows));
    comm_.receive(from, room_in(gradient.embedding.values));
    comm_.receive(from, room_in(gradient.dense));
    comm_.receive(from, room_in(gradient.confusion));
    status_ = larger(status_, header.status);
    return gradient;
  }

  void broadcast() {
    Header header = header_of(own_[0], status_);
    comm_.broadcast(0, std::as_writable_bytes(std::span(&header, 1)));
    Gradient& total = own_[0];
    if (comm_.rank() != 0) total = room_for(header, total);
    comm_.broadcast(0, room_in(total.embedding.rows));
    comm_.broadcast(0, room_in(total.embedding.values));
    comm_.broadcast(0, room_in(total.dense));
    comm_.broadcast(0, room_in(total.confusion));
    status_ = larger(status_, header.status);
  }

  Communicator& comm_;
  std::span<Gradient> own_;
  std::int64_t shards_;
  ShardRange range_;
  StepStatus status_;
  ThreadPool& pool_;
};

}  // namespace

StepStatus tree_sum(Communicator& comm, std::span<Gradient> own, std::int64_t shards, StepStatus status, ThreadPool& pool) {
  return TreeSum(comm, own, shards, status, pool).run();
}

StepStatus all_reduce_sum(Communicator& comm, std::span<Gradient> own, std::int64_t embedding_rows, StepStatus status, ThreadPool& pool) {
  add_tree(own, pool);
  Gradient& total = own[0];

  std::int64_t word = static_cast<std::int64_t>(status);
  comm.all_reduce_max(std::span(&word, 1));
  comm.all_reduce_sum(std::span(&total.loss, 1));
  comm.all_reduce_sum(std::span(total.confusion));
  comm.all_reduce_sum(std::span(total.dense));

  // The union of the touched rows first, so that only those travel.
  std::vector<std::int64_t> touched(static_cast<std::size_t>(embedding_rows));
  for (const std::int32_t row : total.embedding.rows) touched[static_cast<std::size_t>(row)] = 1;
  comm.all_reduce_max(std::span(touched));
  RowSparse united;
  united.clear(total.embedding.width);
  std::size_t mine = 0;
  for (std::int64_t row = 0; row < embedding_rows; ++row) {
    if (touched[static_cast<std::size_t>(row)] == 0) continue;
    united.append_zero_row(static_cast<std::int32_t>(row));
    if (mine < total.embedding.rows.size() && total.embedding.rows[mine] == row) {
      const auto values = total.embedding.row(mine++);
      std::copy(values.begin(), values.end(), united.last_row());
    }
  }
  comm.all_reduce_sum(std::span(united.values));
  total.embedding = std::move(united);
  return static_cast<StepStatus>(word);
}

}  // namespace agsweep
