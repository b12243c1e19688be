// In place of NVIDIA's driver: says what the environment says.
#include <cstdlib>

namespace {

int number(const char* name) {
  const char* const text = std::getenv(name);
  return text != nullptr ? std::atoi(text) : 0;
}

}  // namespace

extern "C" int cuDriverGetVersion(int* version) {
  *version = number("FAKE_DRIVER_VERSION");
  return 0;
}

extern "C" int cuInit(unsigned /*flags*/) { return number("FAKE_DRIVER_INIT"); }

extern "C" int cuDeviceGetCount(int* count) {
  *count = number("FAKE_DRIVER_DEVICES");
  return 0;
}
