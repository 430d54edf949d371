// SPDX-License-Identifier: Apache-2.0
// Shape inference in a process of its own: on models that nobody's exporter wrote, the ONNX library
// reads beyond its tables, divides by zero or does not end.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include "experiments/onnx/model.h"

namespace assay::network {
namespace {

constexpr rlim_t kSeconds = 60;  // of processor time; real models take less than one

void write_all(int to, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t n = ::write(to, bytes.data() + at, bytes.size() - at);
    if (n <= 0) return;
    at += static_cast<std::size_t>(n);
  }
}

std::string read_all(int from) {
  std::string bytes;
  std::array<char, 65536> part{};
  while (true) {
    const ssize_t n = ::read(from, part.data(), part.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return bytes;
    bytes.append(part.data(), static_cast<std::size_t>(n));
  }
}

// In the child: the error up to a zero byte, then the model.
[[noreturn]] void infer_and_leave(onnx::ModelProto* model, int to) {
  for (const int signal : {SIGSEGV, SIGFPE, SIGABRT, SIGBUS, SIGILL, SIGXCPU})
    ::signal(signal, SIG_DFL);
  const rlimit none{0, 0}, seconds{kSeconds, kSeconds};
  ::setrlimit(RLIMIT_CORE, &none);
  ::setrlimit(RLIMIT_CPU, &seconds);
  try {
    const std::string error = infer_shapes(model);
    write_all(to, std::string(error.c_str()) + '\0' + model->SerializeAsString());
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

[[noreturn]] void refuse(const std::string& file, int status) {
  const std::string how = WIFSIGNALED(status) ? ::strsignal(WTERMSIG(status)) : "no answer";
  throw InputError({{file, 0, "graph", "",
                     "the ONNX library's shape inference fails on this model (" + how +
                         "); expected one that a program exported"}});
}

}  // namespace

std::string infer_shapes_apart(onnx::ModelProto* model, const std::string& file) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    infer_and_leave(model, ends[1]);
  }
  ::close(ends[1]);
  const std::string bytes = child > 0 ? read_all(ends[0]) : std::string();
  ::close(ends[0]);
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const std::size_t end = bytes.find('\0');
  if (status != 0 || end == std::string::npos || !model->ParseFromString(bytes.substr(end + 1)))
    refuse(file, status);
  return bytes.substr(0, end);
}

}  // namespace assay::network
