// A shared object that is no module. Its constructor must never run.
#include <cstdlib>

[[gnu::constructor]] static void runs_when_mapped() { std::abort(); }
