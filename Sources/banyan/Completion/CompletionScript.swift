import ArgumentParser

/// What a shell is told so that it asks ``CompletionMain`` at each press of the key.
enum CompletionScript {
  /// The shells that are known.
  enum Shell: String, ExpressibleByArgument, CaseIterable {
    case bash, zsh, fish
  }

  static func text(for shell: Shell) -> String {
    switch shell {
    case .bash: bash
    case .zsh: zsh
    case .fish: fish
    }
  }

  private static let bash = #"""
    # Completion of banyan for bash. In ~/.bashrc:  source <(banyan completions bash)
    _banyan() {
      local kind line program=${1/#\~\//$HOME/}
      COMPREPLY=()
      {
        IFS= read -r kind || return 0
        while IFS= read -r line; do COMPREPLY+=("$line"); done
      } < <("$program" __complete bash "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
      case $kind in
        # Readline's own completion knows quotes, folders and a home.
        files) compopt -o default ;;
        folders) compopt -o dirnames ;;
        programs) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -c -- "$2" | sort -u)
          [ "${#COMPREPLY[@]}" -gt 0 ] || compopt -o default ;;
        *) case ${COMPREPLY[*]} in *=) compopt -o nospace ;; esac ;;
      esac
    }
    complete -F _banyan banyan
    """#

  private static let zsh = #"""
    #compdef banyan
    # Completion of banyan for zsh: source <(banyan completions zsh), behind compinit; or a file _banyan in $fpath.
    _banyan() {
      local -a reply values texts
      local line
      reply=("${(@f)$("${(Q)words[1]/#\~\//$HOME/}" __complete zsh "${(@Q)words[1,CURRENT]}" 2>/dev/null)}")
      case $reply[1] in
        files) compset -P '--*='; _files ;;
        folders) compset -P '--*='; _files -/ ;;
        programs) _command_names -e ;;
        words)
          for line in "${(@)reply[2,-1]}"; do
            values+=("${line%%$'\t'*}")
            texts+=("${line/$'\t'/  -- }")
          done
          compadd -l -d texts -a values ;;
      esac
    }
    if [ "$funcstack[1]" = _banyan ]; then _banyan "$@"; else compdef _banyan banyan; fi
    """#

  private static let fish = #"""
    # Completion of banyan for fish. In ~/.config/fish/config.fish:  banyan completions fish | source
    function __banyan_complete
      set -l words (commandline -opc) (commandline -ct)
      set -l reply (command banyan __complete fish $words 2>/dev/null)
      switch "$reply[1]"
        case files
          __fish_complete_path (commandline -ct)
        case folders
          __fish_complete_directories (commandline -ct)
        case programs
          __fish_complete_command
        case words
          printf '%s\n' $reply[2..-1]
      end
    end
    complete -c banyan -e
    complete -c banyan -f -a '(__banyan_complete)'
    """#
}
