{
  'targets': [
    {
      'target_name': 'xtrd_native',
      'sources': [
        'arguments.cc', 'error.cc', 'link.cc', 'loop_poll.cc', 'map.cc', 'misc.cc', 'module.cc', 'object.cc', 'pins.cc',
        'program.cc', 'raw_socket.cc', 'ring_buffer.cc', 'ring_poll.cc', 'test_run.cc', 'udp_poll.cc', 'udp_socket.cc',
      ],
      'include_dirs': ["<!(node -p \"require('node-addon-api').include_dir\")"],
      'defines': ['NAPI_VERSION=8', 'NODE_ADDON_API_CPP_EXCEPTIONS'],
      'cflags': ['-Wall', '-Wextra', '-Wno-unused-parameter', '<!@(pkg-config --cflags libbpf)'],
      'cflags_cc': ['-std=gnu++17'],
      'cflags_cc!': ['-fno-exceptions', '-fno-rtti'],
      'libraries': ['<!@(pkg-config --libs libbpf)'],
    },
  ],
}
