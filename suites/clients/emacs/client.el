;;; client.el --- Emacs's mail libraries -*- lexical-binding: t -*-
;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:
;; SERVICE WISH HOST PORT USER PASSWORD [FROM TO MESSAGE]

;;; Code:

(pcase-let* ((`(,service ,wish ,host ,port ,user ,password ,from ,_ ,message) command-line-args-left)
             (stream (cond ((string-prefix-p "implicit" wish) 'ssl)
                           ((string-prefix-p "starttls" wish) 'starttls)))
             (auth (expand-file-name "authinfo" "~")))
  (setq command-line-args-left nil)
  ;; Only what it needs: nnimap takes five times as long to load as all the rest.
  (require (pcase service ("imap" 'nnimap) ("pop3" 'pop3) (_ 'smtpmail)))
  (make-directory user-emacs-directory t)
  (write-region (format "machine %s login %s password %s\n" host user password) nil auth)
  (setq auth-sources (list auth)
        gnutls-verify-error (not (string-suffix-p "default" wish)))
  (pcase service
    ("imap"
     (nnheader-init-server-buffer)
     (unless (nnimap-open-server host `((nnimap-address ,host)
                                        ,@(and stream `((nnimap-stream ,stream)
                                                        (nnimap-server-port ,(string-to-number port))))))
       (error "%s" (nnheader-get-report 'nnimap)))
     (unless (nnimap-request-article 1 "INBOX" host (get-buffer-create "mail"))
       (error "no mail"))
     (nnimap-close-server host))
    ("pop3"
     (setq pop3-mailhost host pop3-port (string-to-number port) pop3-maildrop user pop3-password password)
     (when stream (setq pop3-stream-type stream))
     (pop3-movemail (expand-file-name "inbox" "~")))
    ("submission"
     (setq smtpmail-smtp-server host smtpmail-smtp-service (string-to-number port)
           smtpmail-smtp-user user smtpmail-stream-type stream user-mail-address from)
     (with-temp-buffer
       (insert-file-contents message)
       (re-search-forward "\n\n")
       (replace-match (concat "\n" mail-header-separator "\n"))
       (smtpmail-send-it)))))

;;; client.el ends here
