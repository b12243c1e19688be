#include <type_traits>  // std::invoke_result_t

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "data/class_names.hpp"  // max_classes
#include "data/corpus.hpp"
#include "data/corpus_image.hpp"
#include "data/hdf5.hpp"

namespace agsweep {

namespace {

constexpr std::string_view hdf5_signature{"\x89HDF\r\n\x1A\n", 8};
constexpr hsize_t max_chunk_items = hsize_t{1} << 20;

/// Reads one file's parts; each error names the file and the part.
class Reader {
 public:
  Reader(std::string_view image, const std::string& name) : name_(name), image_bytes_(image.size()), file_(open(image, name)) {}

  template <typename T>
  T integer(const char* attribute_name) const {
    return part(attribute_name, [&] {
      const Hdf5Attribute attribute(H5Aopen(file_.get(), attribute_name, H5P_DEFAULT));
      check_integer<T>(Hdf5Type(H5Aget_type(attribute.get())));
      if (hdf5(H5Sget_simple_extent_npoints(Hdf5Space(H5Aget_space(attribute.get())).get())) != 1) throw Hdf5Failure("expected one value");
      T value{};
      hdf5(H5Aread(attribute.get(), Hdf5Integer<T>::memory(), &value));
      return value;
    });
  }

  std::vector<std::string> strings(const char* attribute_name) const {
    return part(attribute_name, [&] {
      const Hdf5Attribute attribute(H5Aopen(file_.get(), attribute_name, H5P_DEFAULT));
      const Hdf5Type type(H5Aget_type(attribute.get()));
      const hssize_t count = hdf5(H5Sget_simple_extent_npoints(Hdf5Space(H5Aget_space(attribute.get())).get()));
      const std::size_t length = H5Tget_size(type.get());
      if (H5Tget_class(type.get()) != H5T_STRING || hdf5(H5Tis_variable_str(type.get())) > 0 || length == 0 ||
          length > max_class_name_bytes || count < 1 || count > static_cast<hssize_t>(max_classes)) {
        throw Hdf5Failure("expected 1 to 256 strings of fixed length");
      }
      std::string padded(length * static_cast<std::size_t>(count), '\0');
      hdf5(H5Aread(attribute.get(), type.get(), padded.data()));
      std::vector<std::string> values;
      for (std::size_t start = 0; start < padded.size(); start += length) values.emplace_back(padded.substr(start, length).c_str());
      return values;
    });
  }

  /// The only value of an attribute of strings.
  std::string string(const char* attribute_name) const {
    const auto values = strings(attribute_name);
    if (values.size() != 1) fail(attribute_name, "expected one string");
    return values.front();
  }

  bool has(const char* attribute_name) const {
    return part(attribute_name, [&] { return hdf5(H5Aexists(file_.get(), attribute_name)) > 0; });
  }

  Split split(const std::string& split_name) const {
    return {.tokens = values<std::uint16_t>(split_name + "/tokens"),
            .offsets = values<std::uint64_t>(split_name + "/offsets"),
            .labels = values<std::uint8_t>(split_name + "/labels"),
            .source_rows = values<std::uint32_t>(split_name + "/source_row")};
  }

  [[noreturn]] void fail(const std::string& part_name, const std::string& what) const {
    throw DataError("{}: {}: {}; prepare it again", name_, part_name, what);
  }

 private:
  static Hdf5File open(std::string_view image, const std::string& name) {
    if (image.empty()) throw DataError("{}: the file is empty; prepare it again", name);
    if (!is_hdf5(image)) throw DataError("{}: this is not an HDF5 file", name);
    try {
      const Hdf5Properties access(H5Pcreate(H5P_FILE_ACCESS));
      hdf5(H5Pset_fapl_core(access.get(), std::size_t{1} << 20, /*backing_store=*/false));
      // HDF5 copies the bytes and does not change them.
      hdf5(H5Pset_file_image(access.get(), const_cast<char*>(image.data()), image.size()));
      // HDF5 refuses an image under the name of a file that stands somewhere, which can never be here.
      return Hdf5File(H5Fopen("/dev/null/image", H5F_ACC_RDONLY, access.get()));
    } catch (const Hdf5Failure& failure) {
      throw DataError("{}: {}; prepare it again", name, failure.what());
    }
  }

  template <typename Read>
  std::invoke_result_t<Read> part(const std::string& part_name, const Read& read) const {
    try {
      return read();
    } catch (const Hdf5Failure& failure) {
      fail(part_name, failure.what());
    }
  }

  template <typename T>
  static void check_integer(const Hdf5Type& type) {
    if (H5Tget_class(type.get()) != H5T_INTEGER || H5Tget_size(type.get()) != sizeof(T) || H5Tget_sign(type.get()) != H5T_SGN_NONE) {
      throw Hdf5Failure(fmt::format("expected unsigned integers of {} bits", 8 * sizeof(T)));
    }
  }

  /// Only what the writer writes is read: no other filter, plug-in or place outside the file is followed.
  static void check_storage(const Hdf5Dataset& dataset) {
    const Hdf5Properties properties(H5Dget_create_plist(dataset.get()));
    hsize_t chunk = 0;
    unsigned flags = 0;
    unsigned filter_config = 0;
    std::size_t parameters = 0;
    const bool as_written =
        hdf5(H5Pget_layout(properties.get())) == H5D_CHUNKED && hdf5(H5Pget_chunk(properties.get(), 1, &chunk)) == 1 &&
        chunk <= max_chunk_items && hdf5(H5Pget_nfilters(properties.get())) == 1 &&
        hdf5(H5Pget_filter2(properties.get(), 0, &flags, &parameters, nullptr, 0, nullptr, &filter_config)) == H5Z_FILTER_FLETCHER32;
    if (!as_written) throw Hdf5Failure("expected chunks with a Fletcher-32 checksum");
  }

  static herr_t refuse_link(const char* /*parent_file*/, const char* /*parent_group*/, const char* /*file*/, const char* /*object*/,
                            unsigned* /*flags*/, hid_t /*access*/, void* /*data*/) {
    return -1;
  }

  template <typename T>
  std::vector<T> values(const std::string& path) const {
    return part(path, [&] {
      const Hdf5Properties access(H5Pcreate(H5P_DATASET_ACCESS));
      hdf5(H5Pset_elink_cb(access.get(), refuse_link, nullptr));  // what lies in another file is not covered by this one's SHA-256
      const Hdf5Dataset dataset(H5Dopen2(file_.get(), path.c_str(), access.get()));
      check_integer<T>(Hdf5Type(H5Dget_type(dataset.get())));
      const Hdf5Space space(H5Dget_space(dataset.get()));
      if (hdf5(H5Sget_simple_extent_ndims(space.get())) != 1) throw Hdf5Failure("expected one dimension");
      hsize_t count = 0;
      hdf5(H5Sget_simple_extent_dims(space.get(), &count, nullptr));
      // Before anything is allocated: values are stored uncompressed.
      if (count > image_bytes_ / sizeof(T)) throw Hdf5Failure(fmt::format("{} values do not fit in the file", count));
      check_storage(dataset);
      if (H5Dget_storage_size(dataset.get()) < count * sizeof(T)) throw Hdf5Failure("values are missing");
      std::vector<T> result(count);
      if (count > 0) hdf5(H5Dread(dataset.get(), Hdf5Integer<T>::memory(), H5S_ALL, H5S_ALL, H5P_DEFAULT, result.data()));
      return result;
    });
  }

  const std::string& name_;
  std::size_t image_bytes_;
  Hdf5File file_;
};

/// A file of before texts could be joined otherwise does not tell.
TextJoin read_join(const Reader& reader) {
  if (!reader.has("join")) return TextJoin::space;
  const std::string word = reader.string("join");
  const auto join = from_word<TextJoin>(word);
  if (!join) reader.fail("join", fmt::format("{} is not one of {}", word, fmt::join(enum_words<TextJoin>, ", ")));
  return *join;
}

CorpusInfo read_info(const Reader& reader) {
  const auto version = reader.integer<std::uint32_t>("format_version");
  if (version != corpus_format_version)
    reader.fail("format_version", fmt::format("this is version {}, not {}", version, corpus_format_version));
  return {.class_names = reader.strings("class_names"),
          .tokenizer_sha256 = reader.string("tokenizer_sha256"),
          .source_sha256 = reader.string("source_sha256"),
          .max_length = static_cast<std::int64_t>(reader.integer<std::uint64_t>("max_length")),
          .seed = reader.integer<std::uint64_t>("seed"),
          .join = read_join(reader),
          .synthetic = reader.integer<std::uint8_t>("synthetic") != 0};
}

}  // namespace

bool is_hdf5(std::string_view begin) { return begin.starts_with(hdf5_signature); }

Corpus corpus_from_image(std::string_view image, const std::string& name) {
  const QuietHdf5 quiet;
  const Reader reader(image, name);
  Corpus corpus{.info = read_info(reader), .train = reader.split("train"), .val = reader.split("val"), .test = reader.split("test")};
  check_corpus(corpus, name);
  return corpus;
}

}  // namespace agsweep
