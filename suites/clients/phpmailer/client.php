<?php
// SPDX-License-Identifier: Apache-2.0
// PHPMailer: submission WISH HOST PORT USER PASSWORD FROM TO MESSAGE
require 'libphp-phpmailer/autoload.php';

use PHPMailer\PHPMailer\PHPMailer;

[, , $wish, $host, $port, $user, $password, $from, $to, $message] = $argv;
$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->Host = $host;
$mail->Port = $port;
$mail->Timeout = 8;
$mail->SMTPAuth = true;
$mail->Username = $user;
$mail->Password = $password;
if ($wish === 'implicit') {
    $mail->SMTPSecure = PHPMailer::ENCRYPTION_SMTPS;
} elseif ($wish === 'starttls') {
    $mail->SMTPSecure = PHPMailer::ENCRYPTION_STARTTLS;
}
$mail->setFrom($from);
$mail->addAddress($to);
$mail->Subject = 'A message';
$mail->Body = file_get_contents($message);
$mail->send();
