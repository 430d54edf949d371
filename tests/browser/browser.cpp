// SPDX-License-Identifier: Apache-2.0
#include "browser.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

#include "checks.h"

namespace assay::test {
namespace {

constexpr int kSilence = 120000;  // ms without a word from the browser: it hangs

// The browser reads commands from descriptor 3 and answers on 4.
[[noreturn]] void become(const std::string& program, const std::string& profile, int in, int out) {
  ::setsid();  // a group of its own, to be ended as one
  // Out of the way first: 3 or 4 may be one of them.
  const int from = ::fcntl(in, F_DUPFD, 10), to = ::fcntl(out, F_DUPFD, 10);
  ::dup2(from, 3);
  ::dup2(to, 4);
  const int nothing = ::open("/dev/null", O_RDWR);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, stream);
  std::vector<std::string> all{program,
                               "--headless",
                               "--remote-debugging-pipe",
                               "--disable-gpu",
                               "--disable-background-networking",
                               "--no-first-run",
                               "--user-data-dir=" + profile,
                               "about:blank"};
  // As root, as in a container, its sandbox does not start.
  if (::geteuid() == 0) all.emplace_back("--no-sandbox");
  std::vector<char*> pointers;
  for (std::string& text : all) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  ::execvp(program.c_str(), pointers.data());
  ::_exit(127);
}

}  // namespace

Browser::Browser(const std::string& program) {
  std::array<int, 2> commands{}, answers{};
  if (::pipe(commands.data()) != 0 || ::pipe(answers.data()) != 0)
    throw std::runtime_error("no pipe");
  ::signal(SIGPIPE, SIG_IGN);
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("no process");
  if (process_ == 0) become(program, profile_.path().string(), commands[0], answers[1]);
  ::close(commands[0]);
  ::close(answers[1]);
  to_ = commands[1];
  from_ = answers[0];
  const Json target = call("Target.createTarget", {{"url", "about:blank"}});
  session_ = call("Target.attachToTarget", {{"targetId", target.at("targetId")}, {"flatten", true}})
                 .at("sessionId");
  for (const char* domain : {"Page", "Runtime", "Log", "Network"})
    call(std::string(domain) + ".enable", Json::object());
  call("Page.setLifecycleEventsEnabled", {{"enabled", true}});
}

Browser::~Browser() {
  ::kill(-process_, SIGKILL);
  int status = 0;
  ::waitpid(process_, &status, 0);
  ::close(to_);
  ::close(from_);
}

Browser::Json Browser::receive() {
  for (;;) {
    if (const std::size_t end = buffer_.find('\0'); end != std::string::npos) {
      Json message = Json::parse(buffer_.substr(0, end));
      buffer_.erase(0, end + 1);
      return message;
    }
    pollfd wait{from_, POLLIN, 0};
    if (::poll(&wait, 1, kSilence) <= 0) throw std::runtime_error("the browser does not answer");
    std::array<char, 65536> part{};
    const ssize_t n = ::read(from_, part.data(), part.size());
    if (n <= 0) throw std::runtime_error("the browser has ended");
    buffer_.append(part.data(), static_cast<std::size_t>(n));
  }
}

Browser::Json Browser::call(const std::string& method, const Json& parameters) {
  Json message{{"id", ++last_id_}, {"method", method}, {"params", parameters}};
  if (!session_.empty()) message["sessionId"] = session_;
  const std::string text = message.dump() + '\0';
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t n = ::write(to_, text.data() + sent, text.size() - sent);
    if (n <= 0) throw std::runtime_error("the browser has ended");
    sent += static_cast<std::size_t>(n);
  }
  for (;;) {
    Json answer = receive();
    if (answer.value("id", 0) != last_id_) {
      if (answer.contains("method")) events_.push_back(std::move(answer));
      continue;
    }
    if (answer.contains("error"))
      throw std::runtime_error(method + ": " + answer.at("error").dump());
    return answer.at("result");
  }
}

void Browser::wait_for_load(const Json& loader) {
  const auto loaded = [&](const Json& e) {
    return e.at("method") == "Page.lifecycleEvent" && e.at("params").at("name") == "load" &&
           e.at("params").at("loaderId") == loader;
  };
  for (const Json& e : events_)
    if (loaded(e)) return;
  for (;;) {
    Json message = receive();
    if (!message.contains("method")) continue;
    events_.push_back(std::move(message));
    if (loaded(events_.back())) return;
  }
}

void Browser::note(const Json& event, const std::string& address, Visit* visit) const {
  const std::string method = event.at("method");
  const Json& p = event.at("params");
  if (method == "Runtime.consoleAPICalled") {
    const std::string type = p.at("type");
    if (type == "error" || type == "warning" || type == "assert")
      visit->messages.push_back(type + ": " + p.at("args").dump());
  } else if (method == "Runtime.exceptionThrown") {
    visit->messages.push_back("exception: " + p.at("exceptionDetails").dump());
  } else if (method == "Log.entryAdded") {
    const std::string level = p.at("entry").at("level");
    if (level == "error" || level == "warning")
      visit->messages.push_back(level + ": " + p.at("entry").at("text").get<std::string>());
  } else if (method == "Network.requestWillBeSent") {
    const std::string url = p.at("request").at("url");
    if (url != address && url.rfind("data:", 0) != 0) visit->requests.push_back(url);
  }
}

Visit Browser::visit(const std::filesystem::path& page, const Screen& screen) {
  const std::string address = "file://" + page.string();
  call("Emulation.setDeviceMetricsOverride", {{"width", screen.width},
                                              {"height", 900},
                                              {"deviceScaleFactor", 1},
                                              {"mobile", false}});
  const Json scheme{{"name", "prefers-color-scheme"}, {"value", screen.dark ? "dark" : "light"}};
  call("Emulation.setEmulatedMedia", {{"features", Json::array({scheme})}});
  events_.clear();
  wait_for_load(call("Page.navigate", {{"url", address}}).at("loaderId"));
  const Json result =
      call("Runtime.evaluate",
           {{"expression", kChecks}, {"returnByValue", true}, {"awaitPromise", true}});
  if (result.contains("exceptionDetails"))
    throw std::runtime_error("the checks failed: " + result.dump());
  const Json found = result.at("result").at("value");
  Visit visit;
  for (const Json& event : events_) note(event, address, &visit);
  visit.problems = found.at("problems").get<std::vector<std::string>>();
  visit.files = found.at("files").get<std::vector<std::string>>();
  visit.dark = found.at("dark");
  visit.width = found.at("width");
  return visit;
}

void Browser::screenshot(const std::filesystem::path& png) {
  const std::string coded =
      call("Page.captureScreenshot", {{"format", "png"}}).at("data").get<std::string>();
  std::string bytes;
  unsigned value = 0;
  int bits = 0;
  for (const char c : coded) {
    static const std::string kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string::npos) break;
    value = (value << 6U | static_cast<unsigned>(digit)) & 0xFFFFFU;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(value >> static_cast<unsigned>(bits) & 0xFFU);
  }
  std::ofstream(png, std::ios::binary) << bytes;
}

}  // namespace assay::test
