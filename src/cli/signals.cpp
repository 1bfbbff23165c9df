#include "cli/signals.h"

#include <csignal>

namespace limpid::cli {
namespace {

StopFlag flag;  // constant-initialised: a handler may run at any time

extern "C" void handle_signal(int signal) { flag.request(signal); }

}  // namespace

StopFlag& stop_flag() noexcept { return flag; }

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = handle_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error of write(), not the end of the program
  for (int const signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

}  // namespace limpid::cli
