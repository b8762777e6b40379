// The one copy of Asio: modules and programs link this library's.
#include <boost/asio/impl/src.hpp>
