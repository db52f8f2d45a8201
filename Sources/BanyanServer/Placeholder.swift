import Crypto
import Hummingbird
import HummingbirdTLS
import NIOWebSocket
