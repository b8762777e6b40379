// Its stamp carries another name than its file.
#include <strowger/abi.hpp>

STROWGER_STAMP("mod_someone_else", "1.0", "", "side_by_side")
