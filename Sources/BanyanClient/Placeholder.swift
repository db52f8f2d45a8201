import NIOHTTP1
import NIOSSL
import NIOWebSocket
