// Has a stamp, but no function table.
#include <strowger/abi.hpp>

STROWGER_STAMP("mod_no_table", "1.0", "", "side_by_side")
